import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { JsonObject } from '../json.ts';
import { lostByOp } from '../kernel/ask-model.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import { lostUsage } from '../kernel/model-call.ts';
import { type Action, next, stepOf } from '../kernel/next.ts';
import type { RunState } from '../kernel/state.ts';
import { frameNow } from '../kernel/turn.ts';
import type { Model, Usage } from '../models/port.ts';
import type { Op } from '../ops/op.ts';
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
  const lost = state.outcome === undefined ? lostCall(project, skill, events, state) : undefined;
  if (lost === undefined) return { skill, log, state };
  const event = log.append(lost);
  onEvent(event);
  return { skill, log, state: fold(state, event) };
}

/**
 * When a process died while a model was due, a metered call may have been under way: the most it can have cost is
 * charged. Nothing is charged after an orderly end of driving, nor after an answer, which is recorded without driving.
 */
function lostCall(
  project: Project,
  skill: Skill,
  events: readonly RunEvent[],
  state: RunState,
): RunEventBody | undefined {
  const epoch = events.at(-1)?.epoch;
  const before = events.findLast((event) => event.epoch !== epoch);
  if (before === undefined || wasOrderly(before)) return undefined;
  const reads = (kind: string) => project.ops.find((op) => op.kind === kind)?.effect === 'reads';
  const where = { skill: skill.name, dir: skill.dir };
  const model = openPinned(state.started.models, where, { ...project, blobs: project.store.blobs });
  for (const action of next(state, skill, reads)) {
    const usage = lostIn(action, project.ops, skill, state, model);
    if (usage !== undefined) return { type: 'turn_lost', step: stepOf(action) ?? '', data: { usage } };
  }
  return undefined;
}

function lostIn(
  action: Action,
  ops: readonly Op[],
  skill: Skill,
  state: RunState,
  model: (modelClass: string) => Model,
): Usage | undefined {
  if (action.do === 'turn') {
    return lostUsage(model(action.phase.modelClass), frameNow(skill, ops, state, action).frame, state);
  }
  const record = state.steps[stepOf(action) ?? ''];
  if (record?.status !== 'started') return undefined;
  const op = ops.find(({ kind }) => kind === record.intent.kind);
  const args = (action.do === 'op' ? action.call.args : record.intent.args) as JsonObject;
  return op?.effect === 'model' ? lostByOp(op, args, model, state) : undefined;
}

function wasOrderly(last: RunEvent): boolean {
  if (last.type === 'intervention_answered') return last.data.by === 'answer';
  return last.type === 'run_suspended' || last.type === 'run_interrupted';
}
