import { canonicalJson, digest, type Json } from '../../os/json.ts';
import { OpError } from '../../os/op-error.ts';
import type { Action, EngineSettings, Told } from './engine.ts';
import type { PlannedEngine, SearchState } from './plan.ts';
import type { Run } from './pool.ts';

/**
 * The metered server: the only way in which a search can evaluate.
 *
 *  - M1 What verification needs is set aside first; a search that could do nothing with the rest is refused.
 *  - M2 Before any run is started there is room for the most it may use. So no limit is ever passed: a batch is cut to
 *       what fits, and a search whose batch was cut ends.
 *  - M3 A step is durable before the engine goes on, and a run is durable before it is counted. So a search that was
 *       killed anywhere is, once it is opened again, in the state it would have been in; runs that are there already are
 *       neither run nor paid again.
 *  - M4 The state is the fold of the steps. A step names what was asked, so that a log of another engine is noticed.
 *  - M5 The most that a run may use follows from the steps alone, so that it is the same for whoever goes on.
 */
export type Server = {
  /** Does what the engine asks for until it wants a proposal, or stops. Asked again, it gives the same answer. */
  run(): Promise<Wanted>;
  /** Tells the engine what came of the proposal it wants. @throws OpError when it wants none. */
  offer(came: 'candidate' | 'nothing'): Promise<void>;
  /** Where the search stands now. */
  mark(): Mark;
};

export type Wanted = Exclude<Action, { do: 'evaluate' }>;

/** What runs use, in the units of each limit; `ms` are those of the clock while runs were under way. */
export type Spent = { readonly calls: number; readonly tokens: number; readonly usd: number; readonly ms: number };
export type Caps = Readonly<Partial<Spent>> & { readonly calls: number };

/** Limits of one run; 0 where it has none. */
export type Most = { readonly tokens: number; readonly usd: number; readonly ms: number };

/** Where the runs and the log are. */
export type ServerPort = {
  /**
   * Scores of runs, in order, each durable when it is returned; one that is there already is not run again. A run that is
   * about to use more than `most` is ended before.
   */
  measure(split: 'train' | 'dev', runs: readonly Run[], most: Most): Promise<readonly number[]>;
  /** Whether a run is there already. */
  has(split: 'train' | 'dev', run: Run): boolean;
  /** What all runs of the search have used, those before a crash too. */
  spent(): Spent;
  /** Appends a step, durably. */
  record(step: Step): Promise<void>;
};

/** One step of a search. `asked` is the digest of what the engine had asked for, `spent` what all runs had used then. */
export type Step = { readonly asked: string; readonly told: Told; readonly spent: Spent };

/** Where a search stands after so many steps. */
export type Mark = { readonly state: SearchState; readonly steps: number; readonly spent: Spent };

export type OpenServer = {
  readonly engine: PlannedEngine;
  /** Where the search stands by its log. */
  readonly mark: Mark;
  /** What the search and its verification may use together. */
  readonly caps: Caps;
  /** What is set aside for the verification. */
  readonly reserve: Readonly<Partial<Spent>>;
  /** The most that each run of a batch may use, by what the search has left and had used before the batch. */
  readonly most: (own: Spent, spent: Spent, runs: number) => Most;
  /** Runs at the same time, which share the clock. */
  readonly concurrency: number;
  readonly port: ServerPort;
};

const LIMITS = ['calls', 'tokens', 'usd', 'ms'] as const;
const NOTHING: Spent = { calls: 0, tokens: 0, usd: 0, ms: 0 };
/** Sums of prices are not exact; this much is no overshoot. */
const ROUNDING = 1e-9;

/** What is left to search with (M1); infinite where nothing limits it. @throws OpError `budget` when that is nothing. */
export function ownOf(caps: Caps, reserve: Readonly<Partial<Spent>>): Spent {
  const own = Object.fromEntries(
    LIMITS.map((limit) => [limit, (caps[limit] ?? Number.POSITIVE_INFINITY) - (reserve[limit] ?? 0)]),
  ) as Spent;
  const short = LIMITS.find((limit) => own[limit] <= 0);
  if (short !== undefined) throw new OpError('budget', shortOf(short, caps, reserve));
  return own;
}

/** A search of which nothing was done yet. */
export function begun(engine: PlannedEngine, settings: EngineSettings): Mark {
  return { state: engine.init(settings), steps: 0, spent: NOTHING };
}

/** Where it stands after one more step. @throws OpError `search` when the engine had asked for something else (M4). */
export function after(engine: PlannedEngine, { state, steps }: Mark, { asked, told, spent }: Step): Mark {
  if (asked !== askedOf(engine.next(state))) throw new OpError('search', strange(engine.name, steps));
  return { state: engine.fold(state, told), steps: steps + 1, spent };
}

/** @throws OpError `budget` when nothing is left beside the verification. */
export function openServer({ engine, mark, caps, reserve, most, concurrency, port }: OpenServer): Server {
  const own = ownOf(caps, reserve);
  let now = mark;

  const tell = async (told: Told): Promise<void> => {
    const step: Step = { asked: askedOf(engine.next(now.state)), told, spent: port.spent() };
    await port.record(step);
    now = after(engine, now, step);
  };

  /** How many further runs have room for the most they may use (M2). */
  const room = (each: Spent): number => {
    const spent = port.spent();
    const fits = LIMITS.filter((limit) => each[limit] > 0 && own[limit] !== Number.POSITIVE_INFINITY).map((limit) => {
      const times = Math.floor((own[limit] - spent[limit]) / each[limit] + ROUNDING);
      return limit === 'ms' ? times * concurrency : times;
    });
    return Math.max(0, Math.min(...fits));
  };

  const evaluate = async ({ split, runs }: Extract<Action, { do: 'evaluate' }>): Promise<void> => {
    const each = most(own, now.spent, runs.length);
    const scores: number[] = [];
    while (scores.length < runs.length) {
      const left = runs.slice(scores.length);
      const fitting = withRoom(left, room({ calls: 1, ...each }), (run) => port.has(split, run));
      if (fitting.length === 0) break;
      scores.push(...(await port.measure(split, fitting, each)));
    }
    await tell({ told: 'scores', scores });
  };

  return {
    run: async () => {
      for (;;) {
        const action = engine.next(now.state);
        if (action.do !== 'evaluate') return action;
        await evaluate(action);
      }
    },
    offer: async (came) => {
      if (engine.next(now.state).do !== 'propose') throw new OpError('search', 'This search wants no candidate now.');
      await tell({ told: came });
    },
    mark: () => now,
  };
}

/** The runs that come first and of which no more than `room` are new. */
function withRoom(runs: readonly Run[], room: number, has: (run: Run) => boolean): readonly Run[] {
  let fresh = 0;
  const end = runs.findIndex((run) => !has(run) && ++fresh > room);
  return end === -1 ? runs : runs.slice(0, end);
}

/** Digest of what an engine asks for. */
const askedOf = (action: Action): string => digest(canonicalJson(action as unknown as Json));

/** Digest of a state: equal for equal histories. */
export const hashOf = ({ state }: Mark): string => digest(canonicalJson(state as unknown as Json));

function shortOf(limit: keyof Spent, caps: Caps, reserve: Readonly<Partial<Spent>>): string {
  return `Nothing is left to search with: the budget is ${caps[limit]} ${limit}, of which ${reserve[limit] ?? 0} are set aside for the verification.`;
}

function strange(engine: string, nth: number): string {
  return `Step ${nth + 1} of this search was not asked for by the engine "${engine}" as it is now; begin another search.`;
}
