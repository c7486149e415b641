import { Bug } from '../errors.ts';
import type { RunEvent, RunEventBody, RunEventType } from '../events/event.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts';
import type { Reply } from '../models/port.ts';
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
  /** The recorded answer to a question. */
  answer(intervention: string): string | undefined;
  /** The passing events that follow an event directly. */
  passingAfter(event: RunEvent): readonly RunEvent[];
  /** The first recorded event that nothing was made for. */
  firstLeft(): RunEvent | undefined;
};

export function readRecording(events: readonly RunEvent[]): Recording {
  const acts = events.filter((event) => !PASSING.includes(event.type));
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
    answer: (id) => {
      const answers = acts.filter((event) => event.type === 'intervention_answered');
      return answers.find(({ data }) => data.id === id)?.data.answer;
    },
    passingAfter: (event) => passing.get(event) ?? [],
    firstLeft: () => acts.find((event) => left.has(event)),
  };
}

/** The passing events behind each act, or behind the first event. */
function passingByAct([first, ...rest]: readonly RunEvent[]): ReadonlyMap<RunEvent, readonly RunEvent[]> {
  const found = new Map<RunEvent, RunEvent[]>();
  let act = first;
  for (const event of rest) {
    if (!PASSING.includes(event.type)) act = event;
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
  const key = keys.find((name) => text(old[name]) !== text(fresh[name]));
  if (key === undefined) return undefined;
  return { step, what: `${before.type}.${key}`, before: text(old[key]), after: text(fresh[key]) };
}

function compared({ type, data }: RunEventBody): JsonObject {
  const { usage: _, ...rest } = data as JsonObject;
  if (type !== 'intervention_answered') return rest;
  const { by: __, ...answer } = rest;
  return answer;
}

function text(value: Json | undefined): string {
  return value === undefined ? '(absent)' : canonicalJson(value);
}

/**
 * One recorded turn as a model's answer. Accepted turns come back as the tool calls they amount to, without the fields
 * `carry` filled; rejected ones as they were.
 */
export function recordedTurn(event: TurnEvent, skill: Skill, from: string): RecordedTurn {
  return { reply: replyOf(event, skill, from), usage: { input: 0, output: 0 }, request: event.data.request };
}

function replyOf(event: TurnEvent, skill: Skill, from: string): Reply {
  switch (event.type) {
    case 'validation_error':
      return event.data.reply as Reply;
    case 'turn_acted':
      return calls(event.data.ops.map(({ kind, args }) => ({ name: kind, args })));
    case 'turn_decided': {
      const { edge, to, artifact, reason, confidence } = event.data;
      const carried = skill.graph[from]?.find((each) => each.to === to)?.carry ?? {};
      const said = { ...(reason === undefined ? {} : { reason }), ...(confidence === undefined ? {} : { confidence }) };
      const written = isObject(artifact)
        ? Object.fromEntries(Object.entries(artifact).filter(([name]) => !Object.hasOwn(carried, name)))
        : artifact;
      return calls([{ name: edge, args: written === undefined ? said : { ...said, artifact: written } }]);
    }
    default:
      throw new Bug('a turn event of an unknown type');
  }
}

function calls(list: Reply['calls']): Reply {
  return { calls: list, text: '', finish: 'tools' };
}
