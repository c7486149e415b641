import type { ChecklistCase } from './checklist.ts';
import { stream } from './stream.ts';

/**
 * Worlds in which no text is better than another, so that any gain that is claimed is false.
 *
 *  - `sharp`: a case passes with its own probability whatever the text says.
 *  - `symmetric`: a changed text gains .20 in half of the cases and loses as much in the other half.
 *  - `skewed`: it gains .10 in 80 % of the cases and loses .40 in the others.
 *  - `saturated`: every case passes with .95 whatever the text says.
 */
export const NULL_WORLDS = ['sharp', 'symmetric', 'skewed', 'saturated'] as const;
export type NullWorld = (typeof NULL_WORLDS)[number];

/**
 * Pass probability of a case. In the weak worlds probabilities without a change lie where the change fits between 0 and
 * 1, so that its mean over all cases is exactly 0. Which case gains is drawn from the world's number and the case's id.
 */
export function nullPass(kind: NullWorld, world: number, task: ChecklistCase, changed: boolean): number {
  const draw = () => stream(`w2|${world}|${task.id}`).next();
  if (kind === 'saturated') return 0.95;
  if (kind === 'symmetric') return 0.2 + 0.6 * task.p0 + (changed ? (draw() < 0.5 ? 0.2 : -0.2) : 0);
  if (kind === 'skewed') return 0.4 + 0.5 * task.p0 + (changed ? (draw() < 0.8 ? 0.1 : -0.4) : 0);
  return task.p0;
}
