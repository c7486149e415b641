import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';

/** The chance of a false PASS that a skill may spend on one holdout lineage, over any number of verdicts. */
export const ALPHA = 0.05;
/** Repeats per case and arm at each look, and the share of alpha that the look may spend. */
export const LOOKS = [
  { repeats: 1, share: 1 / 5 },
  { repeats: 3, share: 2 / 5 },
  { repeats: 5, share: 2 / 5 },
] as const;

/**
 * What the j-th verdict may spend: α_j = .05 · 6 / (π² j²). The sum over all j is .05 (Euler's series for π² / 6), so a
 * skill that is improved every night for ever is falsely promoted with at most that chance.
 */
export function alphaOf(attempt: number): number {
  return (ALPHA * 6) / (Math.PI ** 2 * attempt ** 2);
}

/** What each look may spend of `alpha`. */
export function alphaByLook(alpha: number): readonly number[] {
  return LOOKS.map(({ share }) => alpha * share);
}

/**
 * Which verdict of a skill on a holdout lineage the next one is, from 1: one more than the verdicts since its last PASS
 * that looked at sealed cases, by the `verdict_reached` facts in the order of the log. One that ran nothing spent
 * nothing, unless it told that a text holds something of them.
 */
export function nextAttempt(
  facts: readonly (ProjectEvent | ProjectEventBody)[],
  skill: string,
  lineage: string,
): number {
  let attempts = 0;
  for (const fact of facts) {
    if (fact.type !== 'verdict_reached' || fact.data.skill !== skill || fact.data.lineage !== lineage) continue;
    if (fact.data.verdict === 'PASS') attempts = 0;
    else if (fact.data.alpha > 0) attempts += 1;
  }
  return attempts + 1;
}

/** The chance that was spent on a lineage since the last PASS, and what is left of {@link ALPHA}. */
export function alphaSpent(attempts: number): { readonly spent: number; readonly left: number } {
  let spent = 0;
  for (let attempt = 1; attempt <= attempts; attempt++) spent += alphaOf(attempt);
  return { spent, left: ALPHA - spent };
}
