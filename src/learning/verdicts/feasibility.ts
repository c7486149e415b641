import { alphaByLook, alphaOf } from './ledger.ts';
import { POWER } from './power-table.ts';
import { LEAST_CLUSTERS } from './rule.ts';
import { smallestP } from './sign-flip.ts';
import type { PowerRow } from './verdict.ts';

/** Whether a verification could come to a PASS at all, and how likely it would, before anything is spent. */
export type Feasibility = {
  readonly clusters: number;
  readonly attempt: number;
  readonly feasible: boolean;
  /** What is in the way, and what to do about it. */
  readonly why?: string;
  /** The smallest p so many clusters can come to, and what the last look may spend. */
  readonly smallest: number;
  readonly last: number;
  /** Share of verifications that PASS, by the true gain, at the first and the second attempt. */
  readonly power: readonly PowerRow[];
};

/** @param clusters in the holdout. */
export function feasibility(clusters: number, attempt: number): Feasibility {
  const smallest = smallestP(clusters);
  const last = alphaByLook(alphaOf(attempt)).at(-1) ?? 0;
  const known = { clusters, attempt, smallest, last, power: powerFor(clusters) };
  if (clusters < LEAST_CLUSTERS) {
    const all = Math.ceil(LEAST_CLUSTERS / 0.4);
    const why = `There are ${clusters} sealed clusters; below ${LEAST_CLUSTERS} nothing can honestly PASS. About ${all} clusters of cases in all give so many: add cases.`;
    return { ...known, feasible: false, why };
  }
  if (smallest <= last) return { ...known, feasible: true };
  const why = `${attempt - 1} verdicts on these sealed cases have spent what could prove a gain: the smallest p that ${clusters} clusters can come to is ${smallest.toPrecision(2)}, and ${last.toPrecision(2)} is left for the last look. Add cases: once half of the sealed clusters are new, the count begins anew.`;
  return { ...known, feasible: false, why };
}

/** Power as it was measured, at the nearest number of clusters that is not above; none below the smallest measured. */
export function powerFor(clusters: number): readonly PowerRow[] {
  const measured = POWER.findLast((each) => each.clusters <= clusters);
  return measured?.rows ?? [];
}
