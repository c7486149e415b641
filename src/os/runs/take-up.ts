import type { RunEvent, RunEventBody } from '../events/event.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import { next } from '../kernel/next.ts';
import type { RunState } from '../kernel/state.ts';
import { frameNow, lostUsage } from '../kernel/turn.ts';
import type { Skill } from '../skills/skill.ts';
import type { OwnedRun } from './drive-run.ts';
import { openPinned } from './models.ts';
import { pinnedSkill } from './pinned-skill.ts';
import type { Driving, Project } from './project.ts';

/**
 * Takes a run over where its log ends, on the skill it began with, and charges what the last process may have spent
 * unseen. A run that has ended comes back as it is, its log closed.
 * @throws UserError `busy` when a living process owns it, `not_found`; CorruptLog.
 */
export async function takeUp(
  project: Project,
  run: string,
  why: 'resume' | 'answer' | 'parent',
  onEvent: Driving['onEvent'],
): Promise<OwnedRun> {
  const { store } = project;
  const { log, events } = await store.takeRun(run, why);
  const resumed = events.at(-1);
  if (resumed?.type === 'run_resumed') onEvent(resumed);
  const state = foldAll(events);
  const skill = pinnedSkill(state.started, store.blobs);
  const lost = state.outcome === undefined ? lostTurn(project, skill, events, state) : undefined;
  if (lost === undefined) return { skill, log, state };
  const event = log.append(lost);
  onEvent(event);
  return { skill, log, state: fold(state, event) };
}

/**
 * When a process died while a turn was due, a metered call may have been under way: the most it can have cost is
 * charged. Nothing is charged after an orderly end of driving, nor after an answer, which is recorded without driving.
 */
function lostTurn(
  project: Project,
  skill: Skill,
  events: readonly RunEvent[],
  state: RunState,
): RunEventBody | undefined {
  const epoch = events.at(-1)?.epoch;
  const before = events.findLast((event) => event.epoch !== epoch);
  if (before === undefined || wasOrderly(before)) return undefined;
  const reads = (kind: string) => project.ops.find((op) => op.kind === kind)?.effect === 'reads';
  const due = next(state, skill, reads).find((action) => action.do === 'turn');
  if (due === undefined) return undefined;
  const where = { skill: skill.name, dir: skill.dir };
  const model = openPinned(state.started.models, where, { ...project, blobs: project.store.blobs })(
    due.phase.modelClass,
  );
  const { frame } = frameNow(skill, project.ops, state, due);
  const usage = lostUsage(model, frame, state);
  return usage === undefined ? undefined : { type: 'turn_lost', step: due.id, data: { usage } };
}

function wasOrderly(last: RunEvent): boolean {
  if (last.type === 'intervention_answered') return last.data.by === 'answer';
  return last.type === 'run_suspended' || last.type === 'run_interrupted';
}
