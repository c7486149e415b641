import type { Store } from '../events/port.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import type { RunState } from '../kernel/state.ts';
import { lineOf } from './lineage.ts';
import type { RunOutcome } from './outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { pinnedSkill } from './pinned-skill.ts';
import type { Project } from './project.ts';

/**
 * Ends a run that no living process drives, for good, and with it the sub-runs it waits for. One that has ended already
 * stays as it is.
 * @throws UserError `busy` when a process drives it (interrupt that process instead), `not_found`.
 */
export async function cancelRun(project: Project, run: string, reason: string): Promise<RunOutcome> {
  const { store } = project;
  const state = await abort(store, run, reason);
  const line = lineOf(store, state.children, new Map());
  for (const sub of line) await abort(store, sub.run, reason);
  return outcomeOf(state, pinnedSkill(state.started, store.blobs), line);
}

async function abort(store: Store, run: string, reason: string): Promise<RunState> {
  const { log, events } = await store.takeRun(run, 'resume');
  let state = foldAll(events);
  if (state.outcome === undefined) {
    state = fold(state, log.append({ type: 'run_aborted', data: { reason, by: 'person' } }));
    await log.flush();
  }
  await log.close();
  return state;
}
