import { openBelow } from './child.ts';
import { driveRun } from './drive-run.ts';
import { lineOf } from './lineage.ts';
import type { RunOutcome } from './outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { type Driving, type Project, ROOT } from './project.ts';
import { takeUp } from './take-up.ts';

/**
 * Takes a run up where its log ends, on the skill, models and limits it began with and under today's policy. A run that
 * has ended is left as it is. A sub-run is resumed through the run that started it.
 * @throws UserError `busy` when a living process owns it, `not_found`; CorruptLog.
 */
export async function resumeRun(
  project: Project,
  run: string,
  driving: Driving,
  why: 'resume' | 'answer' = 'resume',
): Promise<RunOutcome> {
  const root = rootOf(project, run);
  if (root !== run) return resumeRun(project, root, driving, why);
  const owned = await takeUp(project, run, why, driving.onEvent);
  if (owned.state.outcome === undefined) {
    const { outcome } = await driveRun(project, owned, driving, openBelow(project, driving), ROOT);
    return outcome;
  }
  await owned.log.close();
  return outcomeOf(owned.state, owned.skill, lineOf(project.store, owned.state.children, new Map()));
}

/** The run that started the first of a line of sub-runs; the run itself when nothing started it. */
function rootOf({ store }: Project, run: string): string {
  const first = store.readFirst(run);
  return first.type === 'run_skill_started' ? (first.data.parent?.root ?? run) : run;
}
