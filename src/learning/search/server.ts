import { canonicalJson, digest, type Json } from '../../os/json.ts';
import { OpError } from '../../os/op-error.ts';
import type { Action, EngineSettings, Standings, Told } from './engine.ts';
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
 */
export type Server = {
  /** Does what the engine asks for until it wants a proposal, or stops. Asked again, it gives the same answer. */
  run(): Promise<Wanted>;
  /** Tells the engine what came of the proposal it wants. @throws OpError when it wants none. */
  offer(came: 'candidate' | 'nothing'): Promise<void>;
  standings(): Standings;
  spent(): Spent;
  /** Digest of the state: equal for equal histories. */
  hash(): string;
};

export type Wanted = Exclude<Action, { do: 'evaluate' }>;

/** What runs use, in the units of each limit; `ms` are those of the clock while runs were under way. */
export type Spent = { readonly calls: number; readonly tokens: number; readonly usd: number; readonly ms: number };
export type Caps = Readonly<Partial<Spent>> & { readonly calls: number };

/** Where the runs and the log are. */
export type ServerPort = {
  /** Scores of runs, in order, each durable when it is returned; one that is there already is not run again. */
  measure(split: 'train' | 'dev', runs: readonly Run[]): Promise<readonly number[]>;
  /** Whether a run is there already. */
  has(split: 'train' | 'dev', run: Run): boolean;
  /** What all runs of the search have used, those before a crash too. */
  spent(): Spent;
  /** Appends a step, durably. */
  record(step: Step): Promise<void>;
};

/** One step of a search as its log has it. `asked` is the digest of what the engine had asked for. */
export type Step = { readonly asked: string; readonly told: Told };

export type OpenServer = {
  readonly engine: PlannedEngine;
  readonly settings: Omit<EngineSettings, 'calls'>;
  /** What the search and its verification may use together. */
  readonly caps: Caps;
  /** What is set aside for the verification. */
  readonly reserve: Readonly<Partial<Spent>>;
  /** The most that one run may use, which runs are held to; 0 where that is not limited. */
  readonly most: { readonly tokens: number; readonly usd: number; readonly ms: number };
  /** Runs at the same time, which share the clock. */
  readonly concurrency: number;
  /** Steps recorded so far. */
  readonly steps: readonly Step[];
  readonly port: ServerPort;
};

const LIMITS = ['calls', 'tokens', 'usd', 'ms'] as const;
/** Sums of prices are not exact; this much is no overshoot. */
const ROUNDING = 1e-9;

/** @throws OpError `budget` when nothing is left beside the verification, `search` when the steps are not of this engine. */
export function openServer({ engine, settings, caps, reserve, most, concurrency, steps, port }: OpenServer): Server {
  const own = Object.fromEntries(
    LIMITS.map((limit) => [limit, (caps[limit] ?? Number.POSITIVE_INFINITY) - (reserve[limit] ?? 0)]),
  ) as Spent;
  const short = LIMITS.find((limit) => own[limit] <= 0);
  if (short !== undefined) throw new OpError('budget', shortOf(short, caps, reserve));

  let state: SearchState = engine.init({ ...settings, calls: own.calls });
  for (const [nth, { asked, told }] of steps.entries()) {
    if (asked !== digestOf(engine.next(state))) throw new OpError('search', strange(engine.name, nth));
    state = engine.fold(state, told);
  }

  const tell = async (told: Told): Promise<void> => {
    await port.record({ asked: digestOf(engine.next(state)), told });
    state = engine.fold(state, told);
  };

  /** How many further runs have room for the most they may use (M2). */
  const room = (): number => {
    const spent = port.spent();
    const each: Spent = { calls: 1, ...most };
    const fits = LIMITS.filter((limit) => each[limit] > 0).map((limit) => {
      const times = Math.floor((own[limit] - spent[limit]) / each[limit] + ROUNDING);
      return limit === 'ms' ? times * concurrency : times;
    });
    return Math.max(0, Math.min(...fits));
  };

  const evaluate = async ({ split, runs }: Extract<Action, { do: 'evaluate' }>): Promise<void> => {
    const scores: number[] = [];
    while (scores.length < runs.length) {
      const left = runs.slice(scores.length);
      const fitting = withRoom(left, room(), (run) => port.has(split, run));
      if (fitting.length === 0) break;
      scores.push(...(await port.measure(split, fitting)));
    }
    await tell({ told: 'scores', scores });
  };

  return {
    run: async () => {
      for (;;) {
        const action = engine.next(state);
        if (action.do !== 'evaluate') return action;
        await evaluate(action);
      }
    },
    offer: async (came) => {
      if (engine.next(state).do !== 'propose') throw new OpError('search', 'This search wants no candidate now.');
      await tell({ told: came });
    },
    standings: () => engine.standings(state),
    spent: () => port.spent(),
    hash: () => digest(canonicalJson(state as unknown as Json)),
  };
}

/** The runs that come first and of which no more than `room` are new. */
function withRoom(runs: readonly Run[], room: number, has: (run: Run) => boolean): readonly Run[] {
  let fresh = 0;
  const end = runs.findIndex((run) => !has(run) && ++fresh > room);
  return end === -1 ? runs : runs.slice(0, end);
}

const digestOf = (action: Action): string => digest(canonicalJson(action as unknown as Json));

function shortOf(limit: keyof Spent, caps: Caps, reserve: Readonly<Partial<Spent>>): string {
  return `Nothing is left to search with: the budget is ${caps[limit]} ${limit}, of which ${reserve[limit]} are set aside for the verification.`;
}

function strange(engine: string, nth: number): string {
  return `Step ${nth + 1} of this search was not asked for by the engine "${engine}" as it is now; begin another search.`;
}
