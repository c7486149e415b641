import { tighter } from '../limits/limits.ts';
import type { Opened } from '../skills/catalog.ts';
import { openBelow } from './child.ts';
import { createRun } from './create-run.ts';
import { driveRun } from './drive-run.ts';
import type { RunInput } from './input.ts';
import type { RunOutcome } from './outcome.ts';
import { type Driving, type Project, ROOT, type Starting } from './project.ts';

/** A new run, driven as far as it goes now. @throws UserError `input`, `config`, `skill` before anything is written. */
export async function startRun(
  project: Project,
  loaded: Opened,
  input: RunInput,
  starting: Starting,
  driving: Driving,
): Promise<RunOutcome> {
  const limits = tighter(tighter(project.config.limits, loaded.skill.limits), starting.limits ?? {});
  const run = project.ids.next();
  const { model, as, seed } = starting;
  const named = { ...(as === undefined ? {} : { as }), ...(seed === undefined ? {} : { seed }) };
  const fresh = { run, input, limits, model, parent: undefined, ...named };
  const owned = await createRun(project, loaded, fresh, driving.onEvent);
  const { outcome } = await driveRun(project, owned, driving, openBelow(project, driving), ROOT);
  return outcome;
}
