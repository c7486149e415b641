import type { RunEventData } from '../events/event.ts';
import type { Json, JsonObject } from '../json.ts';
import { showCrossing } from '../limits/limits.ts';
import { decodeReply } from '../models/decode.ts';
import type { Encoding, Frame, Model, Reply, Usage, Violation } from '../models/port.ts';
import { resolveDecision } from '../models/resolve.ts';
import { violation } from '../models/violation.ts';
import { OpError } from '../op-error.ts';
import type { ModelOp, ModelRequest } from '../ops/op.ts';
import { compileSchema, showErrors } from '../schema.ts';
import { rejectedSection, requestDigest } from './frame.ts';
import { callModel, lostUsage, roomFor, usageOf } from './model-call.ts';
import { overLimit } from './over-limit.ts';
import type { Drive } from './ports.ts';
import type { RunState } from './state.ts';

/**
 * An op whose result is an answer of a model. The op says what is asked and never meets the model: the kernel asks,
 * holds the answer to the contract that every reply is held to, and meters it.
 *
 *  - A1 Only models the run has pinned are asked.
 *  - A2 The intent is durable before the first call, and every call that has no receipt is charged: one that was
 *    answered with what it used, one that may have been under way with the most it can have cost.
 *  - A3 The receipt holds what all calls of the op used together.
 *
 * `begin` records the intent.
 */
export async function askModel(
  drive: Drive,
  op: ModelOp,
  asked: { readonly step: string; readonly args: JsonObject },
  begin: () => void,
): Promise<void> {
  const { step, args } = asked;
  const request = op.ask(args);
  const { model, maxRepairs } = modelOf(drive, op, asked);
  const rejected: Violation[] = [];
  let used: Used = NOTHING;
  const finish = (how: Omit<RunEventData['op_finished'], 'spent'>) => {
    const spent = model.metered ? { spent: { turns: 0, ops: 0, ...used, model: model.name } } : {};
    drive.emit({ type: 'op_finished', step, data: { ...how, ...spent } });
    if (model.metered) drive.log.write();
  };
  while (rejected.length <= maxRepairs) {
    const frame = frameOf(op, args, request, rejected);
    const counted = drive.ports.meter.count(used);
    try {
      const room = await roomFor(drive, model, frame, 'op');
      if (!room.ok && rejected.length === 0) return await overLimit(drive, step, room.crossing);
      if (!room.ok) return finish({ error: { code: 'limit', message: `the limit ${showCrossing(room.crossing)}` } });
      begin();
      if (model.metered) await drive.log.flush();
      const { maxOutputTokens, release } = room;
      const turn = await charging(drive, step, { ...used, model: model.name }, () =>
        callModel(drive, model, frame, step, maxOutputTokens),
      ).finally(release);
      if (turn === undefined) return finish({ error: { code: 'limit', message: 'the running time was used up' } });
      used = plus(used, usageOf(turn, model, frame, maxOutputTokens));
      const read = readAnswer(turn.reply, frame, model.encoding, request);
      if (read.ok) return finish({ result: read.answer });
      rejected.push(read.violation);
    } finally {
      counted();
    }
  }
  const last = rejected.at(-1)?.message ?? '';
  finish({ error: { code: 'contract', message: `${rejected.length} answers in a row break the contract; ${last}` } });
}

/** The most that calls of an op with an intent and no receipt can have cost; `undefined` when they cost nothing. */
export function lostByOp(
  op: ModelOp,
  args: JsonObject,
  model: (modelClass: string) => Model,
  state: RunState,
): Usage | undefined {
  const modelClass = op.modelClass(args);
  if (!Object.hasOwn(state.started.models, modelClass)) return undefined;
  const request = requestOf(op, args);
  if (request === undefined) return undefined;
  const once = lostUsage(model(modelClass), frameOf(op, args, request, []), state);
  if (once === undefined) return undefined;
  const calls = state.started.limits.max_repairs + 1;
  const { input, output, usd } = once;
  return { ...once, input: input * calls, output: output * calls, ...(usd === undefined ? {} : { usd: usd * calls }) };
}

/** What is asked; `undefined` where nothing can be, so nothing was. */
function requestOf(op: ModelOp, args: JsonObject): ModelRequest | undefined {
  try {
    return op.ask(args);
  } catch (error) {
    if (error instanceof OpError) return undefined;
    throw error;
  }
}

function modelOf(drive: Drive, op: ModelOp, { step, args }: { step: string; args: JsonObject }) {
  const { models, limits } = drive.state().started;
  const modelClass = op.modelClass(args);
  if (!Object.hasOwn(models, modelClass)) {
    const there = Object.keys(models).join(', ');
    throw new OpError('no_model', `This run has no model of the class "${modelClass}"; it has: ${there}.`);
  }
  return { model: drive.ports.model(modelClass, step), maxRepairs: limits.max_repairs };
}

/** The question as a frame of its own: its phase is the op, its one edge the answer. */
function frameOf(op: ModelOp, args: JsonObject, request: ModelRequest, rejected: readonly Violation[]): Frame {
  const { system, user, type, schema } = request;
  const frame = {
    phase: op.kind,
    visit: 1,
    turn: 1,
    attempt: rejected.length + 1,
    modelClass: op.modelClass(args),
    system,
    user: [...user, ...rejectedSection(rejected)],
    candidates: [{ id: 'finish', kind: 'finish', type, schema } as const],
    ops: [],
    input: { type: op.kind, artifact: args },
    results: [],
  };
  return { ...frame, request: requestDigest(frame) };
}

type Answer = { readonly ok: true; readonly answer: Json } | { readonly ok: false; readonly violation: Violation };

function readAnswer(reply: Reply, frame: Frame, encoding: Encoding, { type, schema }: ModelRequest): Answer {
  const read = decodeReply(reply, frame, encoding);
  if (!read.ok) return read;
  const resolved = resolveDecision(read.decoded, frame);
  if (resolved.kind === 'violation') return { ok: false, violation: resolved.violation };
  const answer = resolved.kind === 'decide' ? resolved.artifact : undefined;
  const errors = compileSchema(schema)(answer ?? null);
  if (errors.length === 0) return { ok: true, answer: answer as Json };
  const message = `The artifact does not fit ${type}: ${showErrors(errors)}.`;
  return { ok: false, violation: violation('artifact_schema', message, { path: errors[0]?.path ?? '' }) };
}

type Used = { readonly input: number; readonly output: number; readonly usd: number };

const NOTHING: Used = { input: 0, output: 0, usd: 0 };

function plus(used: Used, usage: Usage | undefined): Used {
  const { input = 0, output = 0, usd = 0 } = usage ?? {};
  return { input: used.input + input, output: used.output + output, usd: used.usd + usd };
}

/** A call that ends the drive leaves no receipt, so that what calls before it used is charged by itself (A2). */
async function charging<T>(drive: Drive, step: string, used: Usage, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (used.input > 0 || used.output > 0) drive.emit({ type: 'turn_lost', step, data: { usage: { ...used } } });
    throw error;
  }
}
