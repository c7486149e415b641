import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';
import { pairsOf } from './pairs.ts';
import type { RuleState } from './rule-state.ts';
import { standardError } from './t-interval.ts';

/** What a search thought of its best candidate: the mean score of each dev case. */
export type DevScores = { readonly mean: number; readonly error: number; readonly cases: number };

/** Beyond so many standard errors two graders do not see the same thing. */
const MOST_APART = 3;

export function devScores(byCase: readonly number[]): DevScores | undefined {
  if (byCase.length < 2) return undefined;
  const mean = byCase.reduce((sum, each) => sum + each, 0) / byCase.length;
  return { mean, error: standardError(byCase), cases: byCase.length };
}

/**
 * How far the score in the search lies above the score on sealed cases, in standard errors of their difference. A score
 * that was selected is a little too high; one that is more than 3 standard errors too high comes from a grader that can
 * be deceived, and was. `undefined` where nothing was run.
 */
export function apart({ settings, runs }: RuleState, dev: DevScores): number | undefined {
  const pairs = pairsOf(runs);
  const byCase = settings.cases.flatMap(({ case: name }) => {
    const seen = pairs.of(name, 1);
    return seen.map(({ b }) => b.score);
  });
  if (byCase.length < 2) return undefined;
  const mean = byCase.reduce((sum, each) => sum + each, 0) / byCase.length;
  const error = Math.hypot(dev.error, standardError(byCase));
  return (dev.mean - mean) / Math.max(error, 1e-9);
}

export function isApart(state: RuleState, dev: DevScores | undefined): boolean {
  return dev !== undefined && (apart(state, dev) ?? 0) > MOST_APART;
}

/** Fingerprints of candidates of a skill that were quarantined: nothing that descends from one is verified. */
export function quarantined(facts: readonly (ProjectEvent | ProjectEventBody)[], skill: string): ReadonlySet<string> {
  return new Set(
    facts.flatMap((fact) =>
      fact.type === 'verdict_reached' && fact.data.skill === skill && fact.data.code === 'quarantined'
        ? [fact.data.skill_version_hash]
        : [],
    ),
  );
}
