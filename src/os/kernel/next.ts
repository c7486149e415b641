import { EXIT, type ExitCode } from '../errors.ts';
import type { Json } from '../json.ts';
import { showCrossing } from '../limits/limits.ts';
import type { Violation } from '../models/port.ts';
import type { Phase, Skill, Step } from '../skills/skill.ts';
import { applyStep, schemaAt } from '../steps/apply.ts';
import { isHeldUp, isSettled, type Standing, standingOf, waitsAt, whyOf } from './branches.ts';
import type { OpCall, RunState, Typed } from './state.ts';
import { recordOf, recordsOf } from './steps.ts';

/** What is to be done now. Actions of one list are independent of each other and may run concurrently. */
export type Action =
  | { readonly do: 'step'; readonly id: string; readonly step: Step; readonly artifact: Json }
  | { readonly do: 'op'; readonly call: OpCall }
  | { readonly do: 'turn'; readonly id: string; readonly phase: Phase; readonly input: Typed }
  | { readonly do: 'leave'; readonly id: string; readonly phase: Phase; readonly input: Typed }
  /** `held` is what goes on once somebody answers. */
  | { readonly do: 'suspend'; readonly waiting: readonly string[]; readonly held: readonly Action[] }
  | { readonly do: 'finish'; readonly result: Typed; readonly output?: Json }
  | { readonly do: 'abort'; readonly reason: string }
  | { readonly do: 'fail'; readonly code: string; readonly message: string; readonly exit: ExitCode };

/** Whether ops of a kind only read: the one thing `next` must know of ops. */
export type Reads = (kind: string) => boolean;

/** What a run does next. Pure; live loop, resume and replay all go by it. Nothing follows a terminal event. */
export function next(state: RunState, skill: Skill, reads: Reads): readonly Action[] {
  if (state.outcome !== undefined) return [];
  if (state.abortReason !== undefined) return [{ do: 'abort', reason: state.abortReason }];
  if (state.limitReached !== undefined) {
    return [{ do: 'fail', code: 'limit', message: `the limit ${showCrossing(state.limitReached)}`, exit: EXIT.budget }];
  }
  const blocked = openInterventions(state);
  const limit = blocked.find((id) => state.interventions[id]?.kind === 'limit');
  const due = state.result === undefined ? inPhase(state, skill, reads) : afterEnd(state, skill, state.result);
  if (limit !== undefined) return [{ do: 'suspend', waiting: [limit], held: due }];
  const free = due.filter((action) => !waits(action, state));
  if (free.length > 0) return free;
  return [{ do: 'suspend', waiting: [...blocked, ...waitingChildren(state)], held: due }];
}

/** Step id of an action that has one. */
export function stepOf(action: Action): string | undefined {
  switch (action.do) {
    case 'op':
      return action.call.step;
    case 'step':
    case 'turn':
    case 'leave':
      return action.id;
    default:
      return undefined;
  }
}

function inPhase(state: RunState, skill: Skill, reads: Reads): readonly Action[] {
  const phase = skill.phases[state.phase];
  if (phase === undefined) return [failing('unknown_phase', `there is no phase ${state.phase}`)];
  const schema = skill.artifacts[state.input.type]?.schema;
  const prepared = runSteps(state, phase.preprocessor, `${state.visitNo}/`, state.input.artifact, schema);
  if ('action' in prepared) return [prepared.action];
  const input = { type: state.input.type, artifact: prepared.artifact };
  if (phase.modelClass === 'none') return [{ do: 'leave', id: `${state.visitNo}/leave`, phase, input }];
  const undone = state.visit.ops.filter((call) => !isSettled(recordOf(state.steps, call.step)));
  if (undone.length > 0) return dueOps(state.visit.ops, undone, reads);
  const { rejected } = state.visit;
  if (rejected.length > state.started.limits.max_repairs) return [brokenContract(phase, rejected)];
  const attempt = rejected.length + 1;
  const id = `${state.visitNo}/t${state.visit.turns + 1}`;
  return [{ do: 'turn', id: attempt === 1 ? id : `${id}.${attempt}`, phase, input }];
}

function failing(code: string, message: string): Action {
  return { do: 'fail', code, message, exit: EXIT.no };
}

function brokenContract(phase: Phase, rejected: readonly Violation[]): Action {
  const last = rejected.at(-1)?.message ?? '';
  return failing(
    'contract',
    `${phase.name} gave ${rejected.length} replies in a row that break the contract; the last: ${last}`,
  );
}

/** Ops of one turn run in order; when all of them read, all at once. */
function dueOps(all: readonly OpCall[], undone: readonly OpCall[], reads: Reads): readonly Action[] {
  const due = all.every((call) => reads(call.kind)) ? undone : undone.slice(0, 1);
  return due.map((call) => ({ do: 'op', call }));
}

function afterEnd(state: RunState, skill: Skill, result: Typed): readonly Action[] {
  const { postprocessor } = skill;
  if (postprocessor === undefined) return [{ do: 'finish', result }];
  const done = runSteps(state, postprocessor.steps, 'post/', result.artifact, postprocessor.outputSchema);
  return 'action' in done ? [done.action] : [{ do: 'finish', result, output: done.artifact }];
}

type Prepared = { readonly artifact: Json } | { readonly action: Action };

/** The artifact as the steps left it, or the first step that is still due, or the failure of one that had to succeed. */
function runSteps(
  state: RunState,
  steps: readonly Step[],
  prefix: string,
  start: Json,
  schema: Parameters<typeof applyStep>[3],
): Prepared {
  let artifact = start;
  for (const [i, step] of steps.entries()) {
    const id = `${prefix}s${i + 1}`;
    const standing = standingOf({ id, step, scope: artifact }, state, schemaAt(schema, step.into ?? []));
    if (standing.status === 'due') return { action: { do: 'step', id, step, artifact } };
    if ((standing.status === 'failed' || standing.status === 'denied') && step.onError === 'fail') {
      const message = `step ${id} (${step.type}) failed: ${whyOf(standing)}`;
      return { action: { do: 'fail', code: 'step', message, exit: exitOf(standing) } };
    }
    artifact = applyStep(artifact, step, standing, schema);
  }
  return { artifact };
}

/** Exits of codes of errors that say more than that it did not work. The limit of a sub-run is one of this run. */
const EXITS: Readonly<Record<string, ExitCode>> = { limit: EXIT.budget, usage: EXIT.usage, integrity: EXIT.integrity };

/** What was denied and could not be done without counts as denied, whatever the skill declares it can live with. */
function exitOf(standing: Extract<Standing, { status: 'failed' | 'denied' }>): ExitCode {
  return standing.status === 'denied' ? EXIT.denied : (EXITS[standing.code] ?? EXIT.no);
}

/** The artifact the model sees: the phase's input after its preprocessor. `undefined` while steps are due. */
export function preparedInput(state: RunState, skill: Skill): Typed | undefined {
  const phase = skill.phases[state.phase];
  if (phase === undefined) return undefined;
  const schema = skill.artifacts[state.input.type]?.schema;
  const prepared = runSteps(state, phase.preprocessor, `${state.visitNo}/`, state.input.artifact, schema);
  return 'action' in prepared ? undefined : { type: state.input.type, artifact: prepared.artifact };
}

/** Ids of questions that still matter: not answered, and what asked has not been settled without an answer. */
export function openInterventions(state: RunState): string[] {
  return Object.values(state.interventions)
    .filter((asked) => asked.answer === undefined && !isSettled(recordOf(state.steps, asked.step)))
    .map((asked) => asked.id);
}

/** In the order in which the sub-runs were started. */
function waitingChildren({ steps, children }: RunState): string[] {
  if (steps.subRuns === 0) return [];
  const waits = recordsOf(steps).flatMap((record): [string | undefined, readonly string[]][] =>
    record.status === 'started' && record.childWaits !== undefined ? [[record.intent.child, record.childWaits]] : [],
  );
  const byChild = new Map(waits);
  return children.flatMap((child) => byChild.get(child) ?? []);
}

/** An action whose step has an open question, or whose sub-run waits, cannot go on. */
function waits(action: Action, state: RunState): boolean {
  if (action.do === 'step') return isHeldUp({ id: action.id, step: action.step, scope: action.artifact }, state);
  const id = stepOf(action);
  return id !== undefined && waitsAt(id, state);
}
