import { Bug } from '../errors.ts';
import type { RunEvent, RunEventBody, RunEventData, RunEventType } from '../events/event.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts';
import type { Crossing } from '../limits/limits.ts';
import type { Encoding, Reply } from '../models/port.ts';
import type { RecordedTurn } from '../models/recorded.ts';
import type { Skill } from '../skills/skill.ts';

/** Where a replay first differs from what was recorded. */
export type Difference = {
  readonly step: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
};

/** Events that say how processes came and went, not what the run did. */
export const PASSING: readonly RunEventType[] = [
  'run_skill_started',
  'run_resumed',
  'run_suspended',
  'run_interrupted',
  'child_waiting',
  'log_torn',
  'turn_lost',
];

/** Whether an event says nothing of what the run did: a person who cancels it does that from outside. */
function isPassing(event: RunEvent): boolean {
  return PASSING.includes(event.type) || (event.type === 'run_aborted' && event.data.by === 'person');
}

const TURNS: readonly RunEventType[] = ['turn_acted', 'turn_decided', 'validation_error'];
const ENDS: readonly RunEventType[] = ['run_finished', 'run_failed', 'run_aborted'];
const RECEIPTS: readonly RunEventType[] = ['op_finished', 'permission_denied', 'step_finished'];

export type TurnEvent = Extract<RunEvent, { type: 'turn_acted' | 'turn_decided' | 'validation_error' }>;

/** The events of a run, by what a replay asks for. */
export type Recording = {
  /** Whether the run had ended; if not, the replay ends where the record does. */
  readonly ended: boolean;
  turn(step: string): TurnEvent | undefined;
  /** What was recorded of a step, when it was settled. */
  receipts(step: string): readonly RunEventBody[] | undefined;
  /** The recorded event a new one stands for; each is given once. `undefined` for an event that is only passing. */
  take(body: RunEventBody): RunEvent | undefined;
  /** What was recorded of a step, whatever it is, as types of events; empty when nothing was. */
  typesAt(step: string): readonly string[];
  /** The limit that stopped the run, or was asked about, at this step, as long as that has not been made again. */
  limitDue(step: string): Crossing | undefined;
  /** The recorded answer to a question. */
  answer(intervention: string): string | undefined;
  /** The passing events that follow an event directly. */
  passingAfter(event: RunEvent): readonly RunEvent[];
  /** The first recorded event that nothing was made for. */
  firstLeft(): RunEvent | undefined;
};

export function readRecording(events: readonly RunEvent[]): Recording {
  const acts = events.filter((event) => !isPassing(event));
  const left = new Set(acts);
  const byStep = Map.groupBy(acts, (event) => event.step ?? '');
  const passing = passingByAct(events);
  return {
    ended: acts.some((event) => ENDS.includes(event.type)),
    turn: (step) => byStep.get(step)?.find((event): event is TurnEvent => TURNS.includes(event.type)),
    receipts: (step) => {
      const found = byStep.get(step)?.filter((event) => !TURNS.includes(event.type));
      return found?.some((event) => RECEIPTS.includes(event.type)) === true ? found.map(bodyOf) : undefined;
    },
    take: (body) => {
      if (PASSING.includes(body.type)) return undefined;
      const same = (byStep.get(body.step ?? '') ?? []).find((event) => left.has(event) && standsFor(event, body));
      if (same !== undefined) left.delete(same);
      return same;
    },
    typesAt: (step) => (byStep.get(step) ?? []).map(({ type }) => type),
    limitDue: (step) => (byStep.get(step) ?? []).filter((event) => left.has(event)).flatMap(limitIn)[0],
    answer: (id) => {
      const answers = acts.filter((event) => event.type === 'intervention_answered');
      return answers.find(({ data }) => data.id === id)?.data.answer;
    },
    passingAfter: (event) => passing.get(event) ?? [],
    firstLeft: () => acts.find((event) => left.has(event)),
  };
}

function limitIn(event: RunEvent): readonly Crossing[] {
  if (event.type === 'limit_reached') return [event.data as Crossing];
  const asked = event.type === 'intervention_opened' && event.data.kind === 'limit';
  return asked ? [event.data.about as Crossing] : [];
}

/** The passing events behind each act, or behind the first event. */
function passingByAct([first, ...rest]: readonly RunEvent[]): ReadonlyMap<RunEvent, readonly RunEvent[]> {
  const found = new Map<RunEvent, RunEvent[]>();
  let act = first;
  for (const event of rest) {
    if (!isPassing(event)) act = event;
    else if (act !== undefined) found.set(act, [...(found.get(act) ?? []), event]);
  }
  return found;
}

/** A turn may come out as another kind of turn, an end as another end: that is a difference, not another event. */
function standsFor(event: RunEvent, body: RunEventBody): boolean {
  const family = [TURNS, ENDS].find((types) => types.includes(body.type)) ?? [body.type];
  return family.includes(event.type);
}

function bodyOf({ type, step, data }: RunEvent): RunEventBody {
  return (step === undefined ? { type, data } : { type, step, data }) as RunEventBody;
}

/** What differs between a recorded event and the one made in its place; usage, and who answered, are not part of it. */
export function compareEvents(before: RunEvent, after: RunEventBody): Difference | undefined {
  const step = after.step ?? before.step ?? '';
  if (before.type !== after.type) return { step, what: 'event', before: before.type, after: after.type };
  const [old, fresh] = [compared(before), compared(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort();
  const key = keys.find((name) => shown(old[name]) !== shown(fresh[name]));
  if (key === undefined) return undefined;
  return { step, what: `${before.type}.${key}`, before: shown(old[key]), after: shown(fresh[key]) };
}

function compared({ type, data }: RunEventBody): JsonObject {
  const { usage: _, ...rest } = data as JsonObject;
  if (type !== 'intervention_answered') return rest;
  const { by: __, who: ___, words: ____, ...answer } = rest;
  return answer;
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : canonicalJson(value);
}

/**
 * One recorded turn as a model's answer, in the encoding it was asked in. Accepted turns come back as what they amount
 * to, without the fields `carry` filled; rejected ones as they were.
 */
export function recordedTurn(event: TurnEvent, skill: Skill, from: string, encoding: Encoding): RecordedTurn {
  return { reply: replyOf(event, skill, from, encoding), usage: { input: 0, output: 0 }, request: event.data.request };
}

function replyOf(event: TurnEvent, skill: Skill, from: string, encoding: Encoding): Reply {
  switch (event.type) {
    case 'validation_error':
      return event.data.reply as Reply;
    case 'turn_acted':
      return encoding === 'json'
        ? text({ control: null, artifact: null, ops: event.data.ops as Json })
        : calls(event.data.ops.map(({ kind, args }) => ({ name: kind, args })));
    case 'turn_decided':
      return encoding === 'json' ? decisionAsText(event.data, skill, from) : decisionAsCall(event.data, skill, from);
    default:
      throw new Bug('a turn event of an unknown type');
  }
}

type Decision = RunEventData['turn_decided'];

/** What the model wrote of the artifact; `undefined` where the edge takes none. */
function written({ artifact, to }: Decision, skill: Skill, from: string): Json | undefined {
  if (!isObject(artifact)) return artifact as Json | undefined;
  const carried = skill.graph[from]?.find((edge) => edge.to === to)?.carry ?? {};
  return Object.fromEntries(Object.entries(artifact as JsonObject).filter(([name]) => !Object.hasOwn(carried, name)));
}

function decisionAsCall(decision: Decision, skill: Skill, from: string): Reply {
  const { edge, reason, confidence } = decision;
  const artifact = written(decision, skill, from);
  const args = { reason, confidence, artifact };
  return calls([
    { name: edge, args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) },
  ]);
}

function decisionAsText(decision: Decision, skill: Skill, from: string): Reply {
  const { to, type, reason = null, confidence = null } = decision;
  const kind = to === 'end' ? 'finish' : to === 'abort' ? 'abort' : 'transition';
  const data = written(decision, skill, from);
  return text({
    control: { type: kind, next_phase: kind === 'transition' ? to : null, reason, confidence },
    artifact: data === undefined || type === undefined ? null : { type, data },
    ops: [],
  });
}

function calls(list: Reply['calls']): Reply {
  return { calls: list, text: '', finish: 'tools' };
}

function text(value: Json): Reply {
  return { calls: [], text: JSON.stringify(value), finish: 'stop' };
}
