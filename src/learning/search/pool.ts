import type { Action, EngineSettings, Standings, Told } from './engine.ts';

/** All that a search knows: its candidates, how their runs went, and what is left of the budget. */
export type Pool = {
  readonly settings: EngineSettings;
  readonly candidates: Candidate[];
  /** Runs so far. */
  used: number;
  /** Proposals asked for so far. */
  proposals: number;
  /** Whom a search that had to stop now would name. */
  best: Candidate;
};

export type Candidate = {
  readonly id: string;
  readonly parent?: Candidate;
  /** The second parent of a candidate that was joined of two. */
  readonly other?: Candidate;
  /** Scores by case, in the order of their repetitions. */
  readonly train: Scores;
  readonly dev: Scores;
  state: Standings['candidates'][number]['state'];
};

export type Scores = Map<string, number[]>;
export type Run = { readonly candidate: string; readonly case: string; readonly seed: number };

export function newPool(settings: EngineSettings): Pool {
  const seed = newCandidate('c0');
  return { settings, candidates: [seed], used: 0, proposals: 0, best: seed };
}

function newCandidate(id: string, parents: Pick<Candidate, 'parent' | 'other'> = {}): Candidate {
  return { id, ...parents, train: new Map(), dev: new Map(), state: 'racing' };
}

/** Runs that may still be asked for. */
export const callsLeft = ({ settings, used }: Pool): number => settings.calls - used;

export function candidateOf(pool: Pool, id: string): Candidate {
  const found = pool.candidates.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no candidate ${id}`);
  return found;
}

/** Enters what came of an action. Whatever an engine decides, the pool is kept the same way. */
export function enter(pool: Pool, action: Action, told: Told): void {
  if (action.do === 'evaluate' && told.told === 'scores') {
    for (const [i, score] of told.scores.entries()) {
      const run = action.runs[i];
      if (run === undefined) continue;
      const scores = candidateOf(pool, run.candidate)[action.split];
      scores.set(run.case, [...(scores.get(run.case) ?? []), score]);
    }
    pool.used += told.scores.length;
  }
  if (action.do !== 'propose') return;
  pool.proposals++;
  if (told.told !== 'candidate') return;
  const parents = {
    parent: candidateOf(pool, action.parent),
    ...(action.other === undefined ? {} : { other: candidateOf(pool, action.other) }),
  };
  pool.candidates.push(newCandidate(`c${pool.candidates.length}`, parents));
}

/** Runs of a candidate on cases, each with the repetition that comes next for it. */
export function freshRuns(candidate: Candidate, split: 'train' | 'dev', cases: readonly string[]): Run[] {
  const more = new Map<string, number>();
  return cases.map((id) => {
    const nth = more.get(id) ?? 0;
    more.set(id, nth + 1);
    return { candidate: candidate.id, case: id, seed: (candidate[split].get(id)?.length ?? 0) + nth };
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const countOf = (scores: Scores): number => scores.values().reduce((sum, of) => sum + of.length, 0);

/** Mean over cases of the mean over repetitions, of cases that were run; NaN where none was. */
export const meanOf = (scores: Scores): number => mean([...scores.values()].map(mean));

/** Train runs of a candidate that failed, the newest first: what a proposer may learn from. */
export function failures(candidate: Candidate): Run[] {
  return [...candidate.train]
    .flatMap(([id, scores]) => scores.map((score, seed) => ({ candidate: candidate.id, case: id, seed, score })))
    .filter(({ score }) => score < 1)
    .map(({ score: _, ...run }) => run)
    .toReversed();
}
