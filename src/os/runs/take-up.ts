import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { JsonObject } from '../json.ts';
import { lostByOp } from '../kernel/ask-model.ts';
import { branchesOf, isBranching } from '../kernel/branches.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import { lostUsage } from '../kernel/model-call.ts';
import { type Action, next, stepOf } from '../kernel/next.ts';
import type { RunState } from '../kernel/state.ts';
import { recordOf } from '../kernel/steps.ts';
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
  const lost = state.outcome === undefined ? lostCalls(project, skill, events, state) : [];
  const charged = lost.reduce((before, body) => {
    const event = log.append(body);
    onEvent(event);
    return fold(before, event);
  }, state);
  const written = events.flatMap((event) => (event.type === 'op_started' ? (event.data.path ?? []) : []));
  return { skill, log, state: charged, written };
}

/**
 * When a process died while a model was due, a metered call may have been under way, in each branch that had begun: the
 * most it can have cost is charged. Nothing is charged after an orderly end of driving, nor after an answer, which is recorded without driving.
 */
function lostCalls(
  project: Project,
  skill: Skill,
  events: readonly RunEvent[],
  state: RunState,
): readonly RunEventBody[] {
  const epoch = events.at(-1)?.epoch;
  const before = events.findLast((event) => event.epoch !== epoch);
  if (before === undefined || wasOrderly(before)) return [];
  const reads = (kind: string) => project.ops.find((op) => op.kind === kind)?.effect === 'reads';
  const where = { skill: skill.name, dir: skill.dir };
  const model = openPinned(state.started.models, where, { ...project, blobs: project.store.blobs });
  return next(state, skill, reads)
    .flatMap(leavesOf)
    .flatMap((action) => {
      const usage = lostIn(action, project.ops, skill, state, model);
      return usage === undefined ? [] : [{ type: 'turn_lost', step: stepOf(action) ?? '', data: { usage } } as const];
    });
}

/** The action itself, or the branches it consists of. */
function leavesOf(action: Action): readonly Action[] {
  if (action.do !== 'step') return [action];
  const { id, step, artifact } = action;
  if (!isBranching(step)) return [action];
  const branches = branchesOf({ id, step, scope: artifact });
  if (typeof branches === 'string') return [];
  return branches.flatMap((each) => leavesOf({ do: 'step', id: each.id, step: each.step, artifact: each.scope }));
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
  const record = recordOf(state.steps, stepOf(action) ?? '');
  if (record?.status !== 'started') return undefined;
  const op = ops.find(({ kind }) => kind === record.intent.kind);
  const args = (action.do === 'op' ? action.call.args : record.intent.args) as JsonObject;
  return op?.effect === 'model' ? lostByOp(op, args, model, state) : undefined;
}

function wasOrderly(last: RunEvent): boolean {
  if (last.type === 'intervention_answered') return last.data.by === 'answer';
  return last.type === 'run_suspended' || last.type === 'run_interrupted';
}
