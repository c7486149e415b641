import type { RunEvent, RunEventBody } from '../events/event.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import { next } from '../kernel/next.ts';
import type { RunState } from '../kernel/state.ts';
import { frameNow, mostOf } from '../kernel/turn.ts';
import type { Skill } from '../skills/skill.ts';
import { childStarter } from './child.ts';
import { driveRun } from './drive-run.ts';
import { openPinned } from './models.ts';
import type { RunOutcome } from './outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { pinnedSkill } from './pinned-skill.ts';
import type { Driving, Project } from './project.ts';

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
  const { store } = project;
  const root = rootOf(store.readRun(run));
  if (root !== undefined && root !== run) return resumeRun(project, root, driving, why);
  const { log, events } = await store.takeRun(run, why);
  let state = foldAll(events);
  const skill = pinnedSkill(state.started, store.blobs);
  if (state.outcome !== undefined) {
    await log.close();
    return outcomeOf(state, skill);
  }
  const lost = lostTurn(project, skill, events, state);
  if (lost !== undefined) {
    const event = log.append(lost);
    state = fold(state, event);
    driving.onEvent(event);
  }
  return driveRun(project, { skill, log, state }, driving, childStarter(project, driving));
}

function rootOf(events: readonly RunEvent[]): string | undefined {
  const [first] = events;
  return first?.type === 'run_skill_started' ? first.data.parent?.root : undefined;
}

/**
 * When a process died while a turn was due, a metered call may have been under way: the most it can have cost is
 * charged. Nothing is charged after an orderly suspension or interruption.
 */
function lostTurn(
  project: Project,
  skill: Skill,
  events: readonly RunEvent[],
  state: RunState,
): RunEventBody | undefined {
  const before = events.findLast((event) => event.type !== 'run_resumed' && event.type !== 'log_torn');
  if (before?.type === 'run_suspended' || before?.type === 'run_interrupted') return undefined;
  const reads = (kind: string) => project.ops.find((op) => op.kind === kind)?.effect === 'reads';
  const due = next(state, skill, reads).find((action) => action.do === 'turn');
  if (due === undefined) return undefined;
  const model = openPinned(
    state.started.models,
    { skill: skill.name, dir: skill.dir },
    { ...project, blobs: project.store.blobs },
  )(due.phase.modelClass);
  if (!model.metered) return undefined;
  const { frame } = frameNow(skill, project.ops, state, due);
  return { type: 'turn_lost', step: due.id, data: { usage: mostOf(model, frame, model.maxOutputTokens) } };
}
