import type { RunEvent } from '../events/event.ts';
import { isObject, type Json } from '../json.ts';
import type { Op } from '../ops/op.ts';
import { subjectOf, subjectsOf } from '../subject.ts';

/** Who allowed what in a run, as its log has it, in the order of the log. Times are ISO 8601. */
export type RunDecisions = {
  readonly run: string;
  readonly skill: string;
  readonly version: string;
  readonly started: string;
  readonly decisions: readonly Decided[];
  readonly questions: readonly Asked[];
  readonly writes: readonly Written[];
  readonly external: readonly Reached[];
  /** Sub-runs, in the order they were started. */
  readonly children: readonly string[];
};

type At = { readonly seq: number; readonly at: string; readonly step: string };

export type Decided = At & {
  readonly op: string;
  /** What it was about: the path or resource, else the argument that says most. */
  readonly resource: string;
  readonly verdict: 'allowed' | 'denied' | 'waiting';
  /** The rule, zone, grant or answer that decided. */
  readonly by: string;
  /** Why, where it was denied. */
  readonly reason?: string;
  /** The question a person, or the policy, answered for it. */
  readonly question?: { readonly id: string; readonly answer: string; readonly by: string; readonly at: string };
};

export type Asked = At & {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly choices?: readonly string[];
  /** Absent while it is open. */
  readonly answered?: { readonly answer: string; readonly by: string; readonly at: string };
};

export type Written = At & {
  readonly op: string;
  readonly path: string;
  /** SHA-256 before and after; `null` = there was, or is, nothing. */
  readonly pre: string | null;
  readonly post: string | null;
  readonly by: string;
  readonly end: Ended;
};

export type Reached = At & {
  readonly op: string;
  readonly resource: string;
  /** What isolated it, where the receipt says so. */
  readonly backend?: string;
  readonly by: string;
  readonly end: Ended;
};

/** `open`: there is no receipt. Else the code of its error, or `done`. */
export type Ended = string;

type Started = Extract<RunEvent, { type: 'op_started' }>;

/** @param ops every op there is: what an op touches is a property of it. */
export function decisionsOf(events: readonly RunEvent[], ops: readonly Op[]): RunDecisions {
  const [first] = events;
  if (first?.type !== 'run_skill_started') throw new TypeError('a run log begins with run_skill_started');
  const isExternal = (kind: string) => ops.some((op) => op.kind === kind && op.effect === 'external');
  const abouts = subjectsIn(events);
  const asked = questionsIn(events);
  const aboutOf = ({ step = '', data }: Started) => data.path ?? abouts.get(step) ?? subjectOf(data.args);
  const receipts = new Map(events.flatMap((event) => (event.type === 'op_finished' ? [[event.step, event]] : [])));
  const started = events.filter((event): event is Started => event.type === 'op_started');
  const endOf = ({ step }: Started): Ended => {
    const receipt = receipts.get(step);
    return receipt === undefined ? 'open' : (receipt.data.error?.code ?? 'done');
  };

  const decisions = events.flatMap((event): Decided[] => {
    const at = placeOf(event);
    switch (event.type) {
      case 'op_started': {
        const { kind, by } = event.data;
        return [{ ...at, op: kind, resource: aboutOf(event), verdict: 'allowed', by, ...answerFor(asked, at.step) }];
      }
      case 'permission_denied': {
        const { kind, resource, reason, by } = event.data;
        return [{ ...at, op: kind, resource, verdict: 'denied', by, reason, ...answerFor(asked, at.step) }];
      }
      case 'intervention_opened': {
        const isOpen = asked.find(({ id }) => id === event.data.id)?.answered === undefined;
        if (event.data.kind !== 'permission' || !isOpen) return [];
        const { op = '', resource = '' } = (event.data.about ?? {}) as { op?: string; resource?: string };
        return [{ ...at, op, resource, verdict: 'waiting', by: 'nobody has answered' }];
      }
      default:
        return [];
    }
  });
  const writes = started.flatMap((event): Written[] => {
    const { kind, path, pre = null, post = null, by } = event.data;
    return path === undefined ? [] : [{ ...placeOf(event), op: kind, path, pre, post, by, end: endOf(event) }];
  });
  const external = started
    .filter(({ data }) => isExternal(data.kind))
    .map((event): Reached => {
      const { kind, by } = event.data;
      const backend = backendOf(receipts.get(event.step)?.data.result as Json | undefined);
      const how = backend === undefined ? {} : { backend };
      return { ...placeOf(event), op: kind, resource: aboutOf(event), ...how, by, end: endOf(event) };
    });
  const { skill, skill_version_hash } = first.data;
  const children = started.flatMap(({ data }) => (data.child === undefined ? [] : [data.child]));
  const about = { run: first.run, skill, version: skill_version_hash, started: first.ts };
  return { ...about, decisions, questions: asked, writes, external, children };
}

function placeOf({ seq, ts, step = '' }: RunEvent): At {
  return { seq, at: ts, step };
}

/** What each op that a turn asked for is about. */
function subjectsIn(events: readonly RunEvent[]): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'turn_acted' ? Object.entries(subjectsOf(event.step ?? '', event.data.ops)) : [],
    ),
  );
}

function questionsIn(events: readonly RunEvent[]): readonly Asked[] {
  const answers = new Map(
    events.flatMap((event) => {
      if (event.type !== 'intervention_answered') return [];
      const { id, answer, by } = event.data;
      return [[id, { answer, by, at: event.ts }]];
    }),
  );
  return events.flatMap((event): Asked[] => {
    if (event.type !== 'intervention_opened') return [];
    const { id, kind, text, choices } = event.data;
    const answered = answers.get(id);
    const offered = choices === undefined ? {} : { choices };
    return [{ ...placeOf(event), id, kind, text, ...offered, ...(answered === undefined ? {} : { answered }) }];
  });
}

function answerFor(asked: readonly Asked[], step: string): Pick<Decided, 'question'> {
  const found = asked.findLast((each) => each.step === step && each.kind === 'permission');
  return found?.answered === undefined ? {} : { question: { id: found.id, ...found.answered } };
}

function backendOf(result: Json | undefined): string | undefined {
  return isObject(result) && typeof result.backend === 'string' ? result.backend : undefined;
}
