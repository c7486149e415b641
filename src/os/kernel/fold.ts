import type { RunEvent, RunEventData } from '../events/event.ts';
import { type Json, sizeOf } from '../json.ts';
import type { Violation } from '../models/port.ts';
import { charge, spend, turnLost } from './spend.ts';
import { type Intervention, type OpCall, PATH_SHOWN, type RunState, type VisitState } from './state.ts';
import { mapRecords, NO_STEPS, recordOf, type StepRecord, withRecord } from './steps.ts';

const NO_VISIT: VisitState = { turns: 0, acts: 0, rejected: [], ops: [], earlier: [] };

/** The state after the first event of a log. */
export function begin(event: Extract<RunEvent, { type: 'run_skill_started' }>): RunState {
  const { data } = event;
  return {
    run: event.run,
    status: 'running',
    started: data,
    startedAt: event.ts,
    lastAt: event.ts,
    seq: event.seq,
    phase: data.entry,
    visitNo: 1,
    visits: { [data.entry]: 1 },
    input: data.input as RunState['input'],
    left: {},
    path: [],
    visit: NO_VISIT,
    steps: NO_STEPS,
    interventions: {},
    children: [],
    answers: [],
    denied: [],
    spent: { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 },
    raised: {},
  };
}

/** The state after one more event. The only code that changes a RunState (K1). Pure; never looks at the skill. */
export function fold(state: RunState, event: RunEvent): RunState {
  const next = apply(withTime(state, event), event);
  return next.seq >= event.seq ? next : { ...next, seq: event.seq };
}

/** The state of a whole log. */
export function foldAll(events: readonly RunEvent[]): RunState {
  const [first, ...rest] = events;
  if (first?.type !== 'run_skill_started') throw new TypeError('a run log begins with run_skill_started');
  return rest.reduce(fold, begin(first));
}

/**
 * Running time grows only between events of one process that held the run and did not wait for a person or a sub-run;
 * what a sub-run used comes with its receipt. The order of events does not matter.
 */
function withTime(state: RunState, event: RunEvent): RunState {
  if (event.ts <= state.lastAt) return state;
  const idle = state.status !== 'running' || event.type === 'run_resumed' || event.type === 'log_torn' || isHeld(state);
  const lastAt = event.ts;
  if (idle) return { ...state, lastAt };
  const ms = Date.parse(event.ts) - Date.parse(state.lastAt);
  return { ...state, lastAt, spent: { ...state.spent, ms: state.spent.ms + ms } };
}

/** Whether a person is being asked or a sub-run goes on. */
function isHeld({ interventions, steps }: RunState): boolean {
  if (steps.subRuns > 0) return true;
  const asks = (step: string) => (recordOf(steps, step)?.status ?? 'started') === 'started';
  return Object.values(interventions).some((asked) => asked.answer === undefined && asks(asked.step));
}

function apply(state: RunState, event: RunEvent): RunState {
  const step = event.step ?? '';
  switch (event.type) {
    case 'run_skill_started':
    case 'log_torn':
      return state;
    case 'run_resumed':
      return { ...state, status: 'running', steps: mapRecords(state.steps, withoutWaiting) };
    case 'run_suspended':
      return { ...state, status: 'waiting' };
    case 'run_interrupted':
      return { ...state, status: 'interrupted', interrupted: event.data };
    case 'child_waiting':
      return setStep(state, step, (record) =>
        record?.status === 'started' ? { ...record, childWaits: event.data.waiting } : record,
      );
    case 'turn_acted':
      return acted(charge(state, event.data.usage, event.data.ops as Json), step, event.data);
    case 'turn_decided':
      return decided(charge(state, event.data.usage, event.data.artifact as Json), event.data);
    case 'turn_lost':
      return turnLost(state, event.data);
    case 'validation_error': {
      const charged = charge(state, event.data.usage, event.data.reply as Json);
      const rejected = [...charged.visit.rejected, event.data.violation as Violation];
      return { ...charged, visit: { ...charged.visit, rejected } };
    }
    case 'op_started':
      return opStarted(state, step, event.data);
    case 'op_finished':
      return opFinished(state, step, event.data);
    case 'permission_denied': {
      const { need, resource, reason } = event.data;
      const denied = { ...state, denied: [...state.denied, { ...event.data, step }] };
      return setStep(denied, step, () => ({ status: 'denied', reason, need, resource }));
    }
    case 'branches_opened':
      return setStep(state, step, () => ({ status: 'open', count: event.data.count }));
    case 'step_finished':
      return setStep(spend(state, { bytes: sizeOf(event.data.result as Json) }), step, () => stepRecord(event.data));
    case 'phase_left':
      return enter(state, event.data.to, event.data);
    case 'intervention_opened': {
      const opened: Intervention = { ...event.data, step, opened: event.ts };
      return { ...state, interventions: { ...state.interventions, [event.data.id]: opened } };
    }
    case 'intervention_answered':
      return answered(state, event.data);
    case 'limit_reached':
      return { ...state, limitReached: event.data };
    case 'run_finished': {
      const { type, artifact, output } = event.data;
      const outcome = { status: 'finished', type, artifact: artifact as Json } as const;
      return {
        ...state,
        status: 'finished',
        outcome: output === undefined ? outcome : { ...outcome, output: output as Json },
      };
    }
    case 'run_failed':
      return { ...state, status: 'failed', outcome: { status: 'failed', ...event.data } };
    case 'run_aborted':
      return { ...state, status: 'aborted', outcome: { status: 'aborted', ...event.data } };
  }
}

function setStep(
  state: RunState,
  step: string,
  change: (record: StepRecord | undefined) => StepRecord | undefined,
): RunState {
  const changed = change(recordOf(state.steps, step));
  return changed === undefined ? state : { ...state, steps: withRecord(state.steps, step, changed) };
}

function acted(state: RunState, step: string, data: RunEventData['turn_acted']): RunState {
  const ops = data.ops.map(
    (op, i): OpCall => ({ step: `${turnOf(step)}/o${i + 1}`, kind: op.kind, args: op.args as Json }),
  );
  const { visit } = state;
  const earlier = visit.ops.length === 0 ? visit.earlier : [...visit.earlier, ...visit.ops];
  return { ...state, visit: { turns: visit.turns + 1, acts: visit.acts + 1, rejected: [], ops, earlier } };
}

/** Step id of a turn without the number of its attempt. */
function turnOf(step: string): string {
  const dot = step.lastIndexOf('.');
  return dot === -1 ? step : step.slice(0, dot);
}

function decided(state: RunState, data: RunEventData['turn_decided']): RunState {
  if (data.edge === 'abort') return { ...state, abortReason: data.reason ?? '' };
  return enter(state, data.to, data);
}

function enter(
  state: RunState,
  to: string,
  data: { readonly type?: string; readonly artifact?: unknown; readonly reason?: string },
): RunState {
  const artifact = { type: data.type ?? state.input.type, artifact: (data.artifact ?? null) as Json };
  const taken = data.reason === undefined ? { from: state.phase, to } : { from: state.phase, to, reason: data.reason };
  const moved = {
    ...state,
    left: { ...state.left, [state.phase]: artifact },
    path: [...state.path.slice(1 - PATH_SHOWN), taken],
    visit: NO_VISIT,
    steps: NO_STEPS,
    interventions: {},
  };
  if (to === 'end') return { ...moved, result: artifact };
  return {
    ...moved,
    phase: to,
    visitNo: state.visitNo + 1,
    visits: { ...state.visits, [to]: (state.visits[to] ?? 0) + 1 },
    input: artifact,
  };
}

function opStarted(state: RunState, step: string, intent: RunEventData['op_started']): RunState {
  const started = setStep(spend(state, { ops: 1 }), step, () => ({ status: 'started', intent }));
  return intent.child === undefined ? started : { ...started, children: [...state.children, intent.child] };
}

function opFinished(state: RunState, step: string, data: RunEventData['op_finished']): RunState {
  const record = recordOf(state.steps, step);
  const intent = record?.status === 'started' ? record.intent : undefined;
  const charged = spend(state, { ...data.spent, bytes: sizeOf(data.result as Json) });
  if (data.error !== undefined) {
    const { code, message } = data.error;
    return setStep(charged, step, () => ({ status: 'failed', code, message }));
  }
  const result = (data.result ?? intent?.result) as Json | undefined;
  return setStep(charged, step, () => (result === undefined ? { status: 'done' } : { status: 'done', result }));
}

function stepRecord(data: RunEventData['step_finished']): StepRecord {
  if (data.skipped === true) return { status: 'skipped' };
  if (data.error !== undefined) return { status: 'failed', ...data.error };
  return data.result === undefined ? { status: 'done' } : { status: 'done', result: data.result as Json };
}

function answered(state: RunState, data: RunEventData['intervention_answered']): RunState {
  const { id, answer, who, words } = data;
  const asked = state.interventions[id];
  if (asked === undefined || asked.answer !== undefined) return state;
  const said = { ...asked, answer, ...(who === undefined ? {} : { who }), ...(words === undefined ? {} : { words }) };
  const next = { ...state, interventions: { ...state.interventions, [id]: said } };
  const about = asked.about as { need?: string; resource?: string; limit?: string; pin?: string } | undefined;
  if (asked.kind === 'permission' && about?.need !== undefined && about.resource !== undefined) {
    const { need, resource, pin } = about;
    const allow = ALLOWING.includes(answer);
    const scope = answer === 'once' ? 'once' : 'run';
    const answerOf = { need, resource, allow, scope, step: asked.step, ...(pin === undefined ? {} : { pin }) } as const;
    return { ...next, answers: [...state.answers, answerOf] };
  }
  if (asked.kind === 'limit' && about?.limit !== undefined && answer === 'continue') {
    return { ...next, raised: { ...state.raised, [about.limit]: (state.raised[about.limit] ?? 0) + 1 } };
  }
  return next;
}

/** Answers to a permission question that allow; every other refuses. */
const ALLOWING: readonly string[] = ['allow', 'once', 'always', 'below'];

function withoutWaiting(record: StepRecord): StepRecord {
  if (record.status !== 'started' || record.childWaits === undefined) return record;
  const { childWaits: _, ...rest } = record;
  return rest;
}
