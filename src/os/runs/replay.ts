import type { ModelConfig } from '../config/config.ts';
import { isFromFile } from '../config/schema.ts';
import type { RunEvent, RunEventBody, RunEventData } from '../events/event.ts';
import type { RunLog } from '../events/port.ts';
import type { IndexPort } from '../index/port.ts';
import { begin, fold, foldAll } from '../kernel/fold.ts';
import { drive } from '../kernel/loop.ts';
import { next } from '../kernel/next.ts';
import type { ExecPort, Improvement, Ports } from '../kernel/ports.ts';
import type { RunState } from '../kernel/state.ts';
import { frameNow } from '../kernel/turn.ts';
import { openMeter } from '../limits/meter.ts';
import type { Frame, Model } from '../models/port.ts';
import { frameDifference, RequestDiffers, recordedModel } from '../models/recorded.ts';
import type { McpServers } from '../network/mcp/port.ts';
import type { Network } from '../network/port.ts';
import type { Op } from '../ops/op.ts';
import type { Skill } from '../skills/skill.ts';
import type { JsEngine } from '../steps/js/port.ts';
import type { PythonEngine } from '../steps/python/port.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { compareEvents, type Difference, readRecording, recordedTurn, type TurnEvent } from './recording.ts';

/**
 * A run done again from its own log: no model is called, no op performed, nothing written.
 *
 *  - R1 A turn is answered by what was recorded under its step id, and only when the frame is the one recorded.
 *  - R2 An op gives the receipts recorded under its step id, a question the recorded answer.
 *  - R3 Every event the kernel then makes must be the one recorded. The first that is not is the difference.
 *  - R4 Events that only say how processes came and went are folded where they stand, so that time and cost are as then.
 */
export type Replayed = {
  /** Events that were made again and are the same. */
  readonly events: number;
  readonly turns: number;
  readonly difference?: Difference;
  /** The recorded events before the difference: where a run that goes on otherwise begins. */
  readonly common: readonly RunEvent[];
};

/** Replays `events`, recorded with the skill `before`, on `after` (the same, or another version of it). */
export async function replayEvents(
  events: readonly RunEvent[],
  before: Skill,
  after: Skill,
  ops: readonly Op[],
): Promise<Replayed> {
  const [first] = events;
  if (first?.type !== 'run_skill_started') throw new TypeError('a run log begins with run_skill_started');
  const recorded = readRecording(events);
  const halt = new AbortController();
  const same: RunEvent[] = [];
  const withPassing = (before: RunState, event: RunEvent) => recorded.passingAfter(event).reduce(fold, before);
  let state = withPassing(begin(first), first);
  let difference: Difference | undefined;
  const stop = (found: Difference | undefined): never => {
    difference ??= found;
    halt.abort();
    throw new Error('the replay has ended');
  };
  /** Nothing is recorded for what is due: the end of an open record, or something an ended run never did. */
  const unrecorded = (step: string, what: string): never =>
    stop(recorded.ended ? { step, what, before: '(not recorded)', after: 'due' } : undefined);
  /** An event that was not recorded, where perhaps another was. */
  const unmatched = ({ step = '', type }: RunEventBody): never => {
    const there = step === '' ? [] : recorded.typesAt(step);
    return there.length === 0
      ? unrecorded(step, type)
      : stop({ step, what: type, before: there.join(', '), after: type });
  };

  const emit = (body: RunEventBody): RunEvent => {
    const match = halt.signal.aborted ? undefined : recorded.take(body);
    if (match === undefined) return halt.signal.aborted ? standIn(body, first) : unmatched(body);
    const found = compareEvents(match, body);
    if (found !== undefined) return stop(found);
    same.push(match);
    state = withPassing(fold(state, match), match);
    return match;
  };
  const modelFor = (modelClass: string, step: string): Model => {
    const event = recorded.turn(step);
    const pins = pinsOf(first.data.models[modelClass]);
    const model = recordedModel(pins, () =>
      event === undefined ? undefined : recordedTurn(event, before, state.phase, pins.encoding),
    );
    const turn: Model['turn'] = async (frame, options) => {
      if (event === undefined) return unrecorded(step, 'turn');
      try {
        return await model.turn(frame, options);
      } catch (error) {
        if (!(error instanceof RequestDiffers)) throw error;
        return stop(requestDifference(step, originalFrame(events, event, before, ops), error));
      }
    };
    return { ...model, turn };
  };
  const account = { limits: first.data.limits, raised: () => state.raised, spent: () => state.spent };
  const meter = openMeter(account, () => 0);
  const ports: Ports = {
    ops,
    policy: { allow: [], deny: [] },
    pins: {},
    grants: { list: () => [], canSave: false, save: () => Promise.resolve() },
    closed: [],
    now: () => 0,
    who: '',
    secret: () => undefined,
    network: NO_NETWORK,
    search: () => Promise.resolve(undefined),
    mcp: NO_MCP,
    exec: NO_EXEC,
    model: modelFor,
    workspace: NO_WORKSPACE,
    index: NO_INDEX,
    skills: noList,
    runs: noList,
    blobs: { put: () => '', get: () => Buffer.alloc(0) },
    improvement: NO_IMPROVEMENT,
    onPropose: 'disabled',
    startChild: () => Promise.reject(new TypeError('a replay starts no run')),
    ask: (asked) => Promise.resolve(recorded.answer(asked.id)),
    onAsk: recorded.ended ? 'fail' : 'suspend',
    js: NO_ENGINE,
    python: NO_PYTHON,
    meter: { ...meter, crossing: (act, step) => recorded.limitDue(step) ?? meter.crossing(act, step) },
    bounds: [],
    recorded: {
      receipts: (step) => recorded.receipts(step) ?? unrecorded(step, 'receipt'),
      isRecorded: (step) => recorded.typesAt(step).length > 0,
    },
    signal: halt.signal,
    onText: () => undefined,
  };
  difference = entryDifference(first.data, after);
  if (difference === undefined) {
    await drive({ skill: after, log: logOf(first.run, emit), ports, state: () => state, emit });
  }
  const left = halt.signal.aborted || difference !== undefined ? undefined : recorded.firstLeft();
  if (left !== undefined)
    difference = { step: left.step ?? '', what: left.type, before: 'recorded', after: '(not made)' };
  return {
    events: same.length,
    turns: same.filter(({ type }) => type.startsWith('turn_') || type === 'validation_error').length,
    ...(difference === undefined ? {} : { difference }),
    common: [first, ...same],
  };
}

/** A run begins where the skill says, with an input that its first phase takes. */
function entryDifference({ entry, input }: RunEventData['run_skill_started'], after: Skill): Difference | undefined {
  if (after.entry !== entry) return { step: '1', what: 'entry phase', before: entry, after: after.entry };
  const types = after.phases[entry]?.input ?? [];
  if (types.includes(input.type)) return undefined;
  return { step: '1', what: 'entry input', before: input.type, after: types.join(' | ') };
}

/** A recorded model counts against limits as the one did that it stands for. */
function pinsOf(pin: ModelPin | undefined) {
  return {
    name: 'recorded',
    encoding: pin?.encoding ?? 'tools',
    metered: pin !== undefined && !isFromFile(pin.provider as ModelConfig['provider']),
    maxOutputTokens: pin?.max_output_tokens ?? 0,
    ...(pin?.price === undefined ? {} : { price: pin.price }),
  } as const;
}

type ModelPin = RunEventData['run_skill_started']['models'][string];

function requestDifference(step: string, original: Frame | undefined, differs: RequestDiffers): Difference {
  const section = original === undefined ? undefined : frameDifference(original, differs.frame);
  if (section === undefined) return { step, what: 'request', before: differs.expected ?? '', after: differs.actual };
  return { step, what: section.section, before: section.before, after: section.after };
}

/** The frame a recorded turn was asked with, made again from the log before it and the skill of then. */
function originalFrame(
  events: readonly RunEvent[],
  event: TurnEvent,
  skill: Skill,
  ops: readonly Op[],
): Frame | undefined {
  const state = foldAll(events.filter(({ seq }) => seq < event.seq));
  const reads = (kind: string) => ops.find((op) => op.kind === kind)?.effect === 'reads';
  const due = next(state, skill, reads).find((action) => action.do === 'turn');
  return due === undefined ? undefined : frameNow(skill, ops, state, due).frame;
}

/** What the kernel is given for events after the replay has halted; nothing reads them. */
function standIn(body: RunEventBody, first: RunEvent): RunEvent {
  return { ...first, ...body } as RunEvent;
}

function logOf(run: string, append: (body: RunEventBody) => RunEvent): RunLog {
  return {
    run,
    epoch: 1,
    head: { seq: 0, hash: '' },
    append,
    write: () => undefined,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const unasked = () => Promise.reject(new TypeError('a replay improves nothing'));
const NO_IMPROVEMENT: Improvement = {
  handles: () => ({
    evals: { evaluate: unasked, verify: unasked },
    searches: { plan: unasked, remains: unasked },
    versions: { planSave: unasked, planApply: unasked, remains: unasked },
    proposals: { plan: unasked, remains: unasked },
  }),
  standing: unasked,
};

const NO_ENGINE: JsEngine = {
  run: () => Promise.reject(new TypeError('a replay runs no function')),
  close: () => Promise.resolve(),
};

const NO_PYTHON: PythonEngine = {
  backend: undefined,
  run: () => Promise.reject(new TypeError('a replay runs no function')),
};

function noList(): never {
  throw new TypeError('a replay looks nothing up');
}

const NO_INDEX: IndexPort = {
  handle: () => {
    throw new TypeError('a replay searches and changes no source');
  },
};

const NO_WORKSPACE: Workspace = {
  handle: () => {
    throw new TypeError('a replay opens no file');
  },
  view: () => Promise.reject(new TypeError('a replay opens no file')),
  local: (path) => path,
  syncDirectories: () => Promise.resolve(),
};

const NO_NETWORK: Network = { fetch: () => Promise.reject(new TypeError('a replay reaches nobody')) };

const NO_MCP: McpServers = {
  tools: () => Promise.reject(new TypeError('a replay reaches nobody')),
  call: () => Promise.reject(new TypeError('a replay reaches nobody')),
  close: () => Promise.resolve(),
};

const NO_EXEC: ExecPort = {
  backend: undefined,
  run: () => Promise.reject(new TypeError('a replay starts no program')),
};
