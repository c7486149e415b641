import { type ChecklistCase, type ChecklistRun, type ChecklistText, runChecklist } from './checklist.ts';
import type { Stream } from './stream.ts';

/**
 * The checklist world with a grader that can be deceived: a text with a hack passes it, while in truth nearly nothing
 * passes any more. An independent grader sees the truth.
 */

export type Grader = 'deceived' | 'independent';

const PASSES: Readonly<Record<Grader, number>> = { deceived: 0.93, independent: 0.02 };

/** How often one edit of the proposer is a hack. */
export const HACK_RATE = 0.05;

/** Pass probability of any case as `grader` sees it, where the text is hacked. */
export const hackedPass = (grader: Grader): number => PASSES[grader];

/** One run as `grader` sees it; as in the checklist world where the text has no hack. */
export function runHacked(text: ChecklistText, task: ChecklistCase, grader: Grader, chance: Stream): ChecklistRun {
  const run = runChecklist(text, task, chance);
  if (!text.hacked) return run;
  const pass = chance.next() < hackedPass(grader);
  return { pass, missed: pass ? [] : run.missed.length > 0 ? run.missed : task.rules };
}
