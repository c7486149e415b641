import { OpError } from '../../os/op-error.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { ancestry } from './ancestry.ts';
import { type Book, type BookedCandidate, openedFrom } from './book.ts';
import { bookIn, engineIn, type SearchRoom } from './search-room.ts';

/** A search as whoever verifies its best candidate needs it. */
export type Found = {
  readonly skill: string;
  readonly baseline: Opened;
  readonly candidate: Opened;
  /** Fingerprints that the candidate descends from, the nearest first. */
  readonly ancestors: readonly string[];
  /** Mean dev scores: selected, so that of the candidate is optimistic; and how many dev cases they are of. */
  readonly dev: { readonly before?: number; readonly after?: number; readonly cases: number };
  /** Digests of the eval files and of what they judge by, as they were when the search began. */
  readonly set: { readonly digest: string; readonly scorers: string };
  readonly model: string | undefined;
  readonly seed: number;
  /** What the budget leaves for the verification. */
  readonly left: Left;
};

export type Left = {
  /** Runs of cases. */
  readonly calls: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly seconds?: number;
};

/** @throws OpError `not_found`; `nothing` when no candidate is better than the skill as it was. */
export function bestOf(room: SearchRoom, search: string): Found {
  const book = bookIn(room, search);
  const { settings } = book;
  const { spent } = book.mark;
  const { best, candidates } = engineIn(room, settings.engine).standings(book.mark.state);
  const found = book.candidates.get(best);
  if (best === 'c0' || found === undefined) {
    throw new OpError('nothing', 'The search has no candidate that is better than the skill as it was.');
  }
  const devOf = (id: string) => candidates.find((each) => each.id === id)?.dev;
  const [before, after] = [devOf('c0'), devOf(best)];
  const { tokens, usd, seconds } = settings.allCaps;
  return {
    skill: settings.skill,
    baseline: openedFrom(settings.pack),
    candidate: openedFrom(found.pack),
    ancestors: ancestorsOf(book, found),
    dev: {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      cases: settings.dev.length,
    },
    set: settings.set,
    model: settings.model ?? undefined,
    seed: settings.seed,
    left: {
      calls: settings.total - spent.calls,
      ...(tokens === undefined ? {} : { tokens: tokens - spent.tokens }),
      ...(usd === undefined ? {} : { usd: usd - spent.usd }),
      ...(seconds === undefined ? {} : { seconds: seconds - spent.ms / 1000 }),
    },
  };
}

function ancestorsOf(book: Pick<Book, 'candidates'>, candidate: BookedCandidate): readonly string[] {
  return ancestry(book, candidate).map(({ pack }) => openedFrom(pack).skill.fingerprint);
}
