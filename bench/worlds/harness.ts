import type { Action, Standings, Told } from '../../src/learning/search/engine.ts';
import type { PlannedEngine } from '../../src/learning/search/plan.ts';

/**
 * Drives a search through a simulated world, with no clock, disk or model: the engine asks, the world answers.
 *
 * B1. Chance of a run comes from the text, the case and the repetition; that of a proposal from the world and how many
 *     there were. So a search is the same again, and two arms meet the same world.
 * B2. Every run that is asked for counts as a call, also one that a cache would have had.
 */

export type World = {
  readonly train: readonly string[];
  readonly dev: readonly string[];
  readonly seedText: string;
  /** Score of one run, and what a proposer may see of it. */
  run(
    text: string,
    split: 'train' | 'dev',
    id: string,
    seed: number,
  ): { readonly score: number; readonly seen: unknown };
  /** A text made of another, or of two; `undefined` when there is none. */
  propose(nth: number, text: string, seen: readonly unknown[], other?: string): string | undefined;
};

export type Searched = {
  readonly text: string;
  /** Mean dev score of the best, as the engine saw it. */
  readonly dev: number;
  readonly calls: number;
  /** Calls beyond the budget. */
  readonly overshoot: number;
  readonly proposals: number;
  readonly standings: Standings;
};

export type SearchOptions = { readonly calls: number; readonly iterations: number; readonly seed: number };

/** One whole search. @throws Error when the engine asks for records of runs that never were. */
export function searchWorld(engine: PlannedEngine, world: World, { calls, iterations, seed }: SearchOptions): Searched {
  const texts = new Map([['c0', world.seedText]]);
  const records = new Map<string, unknown>();
  let used = 0;
  let proposals = 0;
  const textOf = (id: string) => texts.get(id) ?? fail(`no candidate ${id}`);
  const keyOf = (run: { candidate: string; case: string; seed: number }) => `${run.candidate} ${run.case} ${run.seed}`;

  const answer = (action: Exclude<Action, { do: 'stop' }>): Told => {
    if (action.do === 'evaluate') {
      used += action.runs.length;
      const scores = action.runs.map((run) => {
        const { score, seen } = world.run(textOf(run.candidate), action.split, run.case, run.seed);
        if (action.split === 'train') records.set(keyOf(run), seen);
        return score;
      });
      return { told: 'scores', scores };
    }
    const seen = action.records.map((run) => records.get(keyOf(run)) ?? fail(`no record of ${keyOf(run)}`));
    const other = action.other === undefined ? undefined : textOf(action.other);
    const made = world.propose(proposals++, textOf(action.parent), seen, other);
    if (made === undefined || made === textOf(action.parent)) return { told: 'nothing' };
    texts.set(`c${texts.size}`, made);
    return { told: 'candidate' };
  };

  let state = engine.init({ seed, train: world.train, dev: world.dev, calls, iterations });
  for (let action = engine.next(state); action.do !== 'stop'; action = engine.next(state)) {
    state = engine.fold(state, answer(action));
  }
  const standings = engine.standings(state);
  const best = standings.candidates.find(({ id }) => id === standings.best);
  return {
    text: textOf(standings.best),
    dev: best?.dev ?? Number.NaN,
    calls: used,
    overshoot: Math.max(0, used - calls),
    proposals,
    standings,
  };
}

function fail(message: string): never {
  throw new Error(message);
}
