import { nodeDisk } from '../../os/disk.ts';
import { blobReader } from '../../os/events/blobs.ts';
import type { ProjectEvent } from '../../os/events/event.ts';
import { layoutOf } from '../../os/events/layout.ts';
import { projectFacts } from '../../os/events/project-facts.ts';
import type { JsonObject } from '../../os/json.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { loadSkill } from '../../os/skills/load.ts';
import { unpackSource } from '../../os/skills/source.ts';
import { sessionDir } from '../evals/session-deps.ts';
import type { Told } from './engine.ts';
import type { PlannedEngine } from './plan.ts';
import { after, begun, type Mark, type Spent } from './server.ts';

/**
 * A search as its log tells it: what it began with, what its engine was told, and who the candidates are. The book is the
 * fold of `session_opened` and `search_stepped`, so whoever reads the log knows where the search stands.
 */
export type Book = {
  readonly id: string;
  readonly settings: SearchSettings;
  /** Where its engine stands, and what runs had used by then. */
  readonly mark: Mark;
  /** By id, `c0` first. */
  readonly candidates: ReadonlyMap<string, BookedCandidate>;
  /** Edits of which no candidate came, in their order. */
  readonly refused: readonly Refused[];
  /** How many offers there were, accepted or not. */
  readonly offers: number;
  /** Of the last step of a run that had it evaluate: which one, and what was used before it and with it. */
  readonly bill: { readonly by: string; readonly before: Bill; readonly so: Bill };
};

/** What runs used; `output` are those of the tokens that models wrote. */
export type Bill = Spent & { readonly output: number };

const NOTHING: Bill = { calls: 0, tokens: 0, usd: 0, ms: 0, output: 0 };

export type SearchSettings = {
  readonly skill: string;
  readonly engine: string;
  readonly seed: number;
  /** Runs of cases for the search, what is reserved for the verification left out; and both together. */
  readonly calls: number;
  readonly total: number;
  readonly iterations: number;
  /** Caps of the search, and of search and verification together; what is absent is unlimited. */
  readonly caps: Caps;
  readonly allCaps: Caps;
  /** Ids of cases. */
  readonly train: readonly string[];
  readonly dev: readonly string[];
  /** Digests of the eval files and of what they judge by. */
  readonly set: { readonly digest: string; readonly scorers: string };
  /** Model asked for instead of those of config. */
  readonly model: string | null;
  /** The skill as it was, packed; and a candidate of an earlier search that is tried before anybody is asked. */
  readonly pack: string;
  readonly head?: string;
};

export type Caps = { readonly tokens?: number; readonly usd?: number; readonly seconds?: number };

export type BookedCandidate = {
  /** Packed source; `opened` compiles it. */
  readonly pack: string;
  readonly parent?: string;
  /** The second parent, where it was joined of two. */
  readonly other?: string;
  readonly hypothesis?: string;
  readonly edits: readonly JsonObject[];
};

export type Refused = { readonly hypothesis?: string; readonly edits: readonly JsonObject[]; readonly why: string };

/** What came of a proposal that was wanted: a candidate, or why there is none. */
export type Made =
  | ({ readonly did: 'offer'; readonly pack: string } & Omit<BookedCandidate, 'pack'>)
  | ({ readonly did: 'refuse' } & Refused);

/** One step of a search as its log has it. */
export type BookStep = { /** Digest of what the engine had asked for. */ readonly asked: string } & (
  | { readonly did: 'evaluate'; readonly by: string; readonly scores: readonly number[]; readonly spent: Bill }
  | Made
);

/** Folds the log of a search. Events of other kinds are passed over. @throws TypeError when it has no first event. */
export function readBook(events: readonly ProjectEvent[], engineOf: (name: string) => PlannedEngine): Book {
  const first = events.find((event) => event.type === 'session_opened');
  if (first === undefined) throw new TypeError('the log of a search has no first event');
  const settings = first.data.settings as unknown as SearchSettings;
  const { engine: name, seed, train, dev, calls, iterations } = settings;
  const engine = engineOf(name);
  const start: Book = {
    id: first.data.id,
    settings,
    mark: begun(engine, { seed, train, dev, calls, iterations }),
    candidates: new Map([['c0', { pack: settings.pack, edits: [] }]]),
    refused: [],
    offers: 0,
    bill: { by: '', before: NOTHING, so: NOTHING },
  };
  const steps = events.flatMap((event) => (event.type === 'search_stepped' ? [event.data.step as BookStep] : []));
  return steps.reduce((book, step) => {
    const { asked } = step;
    const spent = step.did === 'evaluate' ? step.spent : book.mark.spent;
    return entered(book, step, after(engine, book.mark, { asked, told: toldBy(step), spent }));
  }, start);
}

function toldBy(step: BookStep): Told {
  if (step.did === 'evaluate') return { told: 'scores', scores: step.scores };
  return { told: step.did === 'offer' ? 'candidate' : 'nothing' };
}

/** The book after one more step, with which its engine came to `mark`. */
export function entered(book: Book, step: BookStep, mark: Mark): Book {
  switch (step.did) {
    case 'evaluate': {
      const { by, spent: so } = step;
      const before = by === book.bill.by ? book.bill.before : book.bill.so;
      return { ...book, mark, bill: { by, before, so } };
    }
    case 'offer': {
      const { did: _, asked: __, ...candidate } = step;
      const candidates = new Map([...book.candidates, [`c${book.candidates.size}`, candidate] as const]);
      return { ...book, mark, candidates, offers: book.offers + 1 };
    }
    case 'refuse': {
      const { did: _, asked: __, ...refused } = step;
      return { ...book, mark, refused: [...book.refused, refused], offers: book.offers + 1 };
    }
  }
}

/** Events of the log of a search, without opening it. */
export function searchEvents(root: string, id: string): readonly ProjectEvent[] {
  const layout = layoutOf(sessionDir(root, id, false));
  if (nodeDisk.stat(layout.log) === undefined) return [];
  const blobs = blobReader(nodeDisk, layout);
  return ['session_opened', 'search_stepped'].flatMap((type) => projectFacts(nodeDisk, layout, blobs, type)());
}

const compiled = new Map<string, Opened>();
const MOST_COMPILED = 64;

/** A candidate that can be run; compiled once. */
export function openedFrom(pack: string): Opened {
  const known = compiled.get(pack);
  if (known !== undefined) return known;
  const source = unpackSource(pack);
  const opened = { skill: loadSkill(source), source };
  compiled.set(pack, opened);
  const [oldest] = compiled.keys();
  if (compiled.size > MOST_COMPILED && oldest !== undefined) compiled.delete(oldest);
  return opened;
}
