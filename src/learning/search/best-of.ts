import { OpError } from '../../os/op-error.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { openedFrom } from './book.ts';
import { bookIn, engineIn, type SearchRoom, sessionIn } from './search-room.ts';

/** A search as whoever verifies its best candidate needs it. */
export type Found = {
  readonly skill: string;
  readonly baseline: Opened;
  readonly candidate: Opened;
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
export async function bestOf(room: SearchRoom, search: string): Promise<Found> {
  const book = bookIn(room, search);
  const { settings } = book;
  const { best, candidates, calls } = engineIn(room, settings.engine).standings(book.state);
  const found = book.candidates.get(best);
  if (best === 'c0' || found === undefined) {
    throw new OpError('nothing', 'The search has no candidate that is better than the skill as it was.');
  }
  const devOf = (id: string) => candidates.find((each) => each.id === id)?.dev;
  const [before, after] = [devOf('c0'), devOf(best)];
  const session = await sessionIn(room, search, settings, room.project.who);
  const used = session.used();
  await session.close();
  const { tokens, usd, seconds } = settings.allCaps;
  return {
    skill: settings.skill,
    baseline: openedFrom(settings.pack),
    candidate: openedFrom(found.pack),
    dev: {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      cases: settings.dev.length,
    },
    set: settings.set,
    model: settings.model ?? undefined,
    seed: settings.seed,
    left: {
      calls: settings.total - calls.used,
      ...(tokens === undefined ? {} : { tokens: tokens - used.input - used.output }),
      ...(usd === undefined ? {} : { usd: usd - used.usd }),
      ...(seconds === undefined ? {} : { seconds: seconds - book.ms / 1000 }),
    },
  };
}
