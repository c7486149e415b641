import type { Action, Told } from './engine.ts';
import { type Candidate, callsLeft, freshRuns, type Pool, type Run } from './pool.ts';

/** Has a candidate run on cases; what came of it, in their order. Fewer runs are asked for where the budget ends. */
export function* measure(
  pool: Pool,
  split: 'train' | 'dev',
  candidate: Candidate,
  cases: readonly string[],
): Generator<Action, number[], Told> {
  const runs = freshRuns(candidate, split, cases).slice(0, callsLeft(pool));
  if (runs.length === 0) return [];
  const told = yield { do: 'evaluate', split, runs };
  return told.told === 'scores' ? [...told.scores] : [];
}

/** Has a candidate made of a parent; `undefined` when none came of it. */
export function* propose(
  pool: Pool,
  parent: Candidate,
  records: readonly Run[],
  other?: Candidate,
): Generator<Action, Candidate | undefined, Told> {
  const told = yield {
    do: 'propose',
    parent: parent.id,
    records: [...records],
    ...(other === undefined ? {} : { other: other.id }),
  };
  return told.told === 'candidate' ? pool.candidates.at(-1) : undefined;
}

/** Has a candidate run on train cases and changed by what failed; `undefined` when nothing failed or nothing came of it. */
export function* learnFrom(
  pool: Pool,
  parent: Candidate,
  cases: readonly string[],
): Generator<Action, Candidate | undefined, Told> {
  const runs = freshRuns(parent, 'train', cases);
  const scores = yield* measure(pool, 'train', parent, cases);
  const failed = runs.filter((_, i) => (scores[i] ?? 1) < 1);
  return failed.length === 0 ? undefined : yield* propose(pool, parent, failed);
}
