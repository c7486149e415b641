import { isDeeperThan, MAX_DEPTH } from '../json.ts';
import { capOf } from '../limits/limits.ts';
import type { Call, Room } from '../limits/meter.ts';
import { costOf, reserve } from '../limits/reserve.ts';
import { requestBytes } from '../models/frame-request.ts';
import type { Frame, Model, Reply, Turn, Usage } from '../models/port.ts';
import type { Drive } from './ports.ts';
import type { RunState } from './state.ts';

/**
 * One call of a model within the limits of a run, whoever makes it: a turn or an op. What it may cost is reserved
 * before, and what it cost, or the most it can have cost, is charged after.
 */

/** A timer takes at most 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Levels of a rejected reply that are kept: enough for arguments that nest too deep to be refused for that again. */
export const KEPT_DEPTH = MAX_DEPTH + 8;

/**
 * Room for a call over this frame, in the run and in every run above it, or the limit that leaves none. It is held until
 * `release`. `counts` says what the call counts as besides what it costs.
 * @throws the signal's reason.
 */
export async function roomFor(drive: Drive, model: Model, frame: Frame, counts: 'turn' | 'op'): Promise<Room> {
  const { meter, signal } = drive.ports;
  const room = await meter.reserve(model.metered ? costOfCall(model, frame) : undefined, counts, signal);
  return room.ok && !model.metered ? { ...room, maxOutputTokens: model.maxOutputTokens } : room;
}

function costOfCall(model: Model, frame: Frame): Call {
  const { maxOutputTokens, price } = model;
  return { requestBytes: requestBytes(frame, model.encoding), maxOutputTokens, price };
}

/**
 * Calls the model within what is left of the running time. A call that is broken off may have cost what was reserved
 * for it, so that is charged. `undefined` when the time limit broke it off: the limit is then found to be reached.
 */
export async function callModel(
  drive: Drive,
  model: Model,
  frame: Frame,
  step: string,
  maxOutputTokens: number,
): Promise<Turn | undefined> {
  const { signal, onText } = drive.ports;
  if (!model.metered) return model.turn(frame, { signal, maxOutputTokens, onText });
  const { started, raised, spent } = drive.state();
  const cap = capOf(started.limits, raised, 'seconds');
  const left = Math.ceil(cap * 1000 - spent.ms);
  const either = left > LONGEST_TIMER_MS ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, left))]);
  try {
    return await model.turn(frame, { signal: either, maxOutputTokens, onText });
  } catch (error) {
    if (!either.aborted) throw error;
    const usage = mostOf(model, frame, maxOutputTokens);
    drive.emit({ type: 'turn_lost', step, data: signal.aborted ? { usage } : { usage, over: cap } });
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** What a call used, with its cost; `undefined` for a model that costs nothing. */
export function usageOf(turn: Turn, model: Model, frame: Frame, maxOutputTokens: number): Usage | undefined {
  return priced(counted(turn, model, frame, maxOutputTokens), model);
}

/** The most a call over this frame can have cost; `undefined` when none was to be made, or it costs nothing. */
export function lostUsage(model: Model, frame: Frame, state: RunState): Usage | undefined {
  if (!model.metered) return undefined;
  const room = reserve(state.started.limits, state.raised, state.spent, costOfCall(model, frame));
  return room.ok ? mostOf(model, frame, room.maxOutputTokens) : undefined;
}

function mostOf(model: Model, frame: Frame, maxOutputTokens: number): Usage {
  const most = { input: requestBytes(frame, model.encoding), output: maxOutputTokens };
  return priced(most, model) ?? most;
}

/** Where a provider counts nothing, the most it can have been: a limit holds for a server that keeps silent too. */
function counted({ usage, reply }: Turn, model: Model, frame: Frame, maxOutputTokens: number): Usage {
  if (!model.metered || (usage.input > 0 && usage.output > 0)) return usage;
  const said = Buffer.byteLength(reply.text) + reply.calls.reduce((sum, call) => sum + sizeOfCall(call), 0);
  return {
    ...usage,
    input: usage.input > 0 ? usage.input : requestBytes(frame, model.encoding),
    output: usage.output > 0 ? usage.output : Math.min(said, maxOutputTokens),
  };
}

function sizeOfCall({ name, args }: Reply['calls'][number]): number {
  return Buffer.byteLength(name) + (isDeeperThan(args, KEPT_DEPTH) ? 0 : Buffer.byteLength(JSON.stringify(args) ?? ''));
}

function priced(usage: Usage, model: Model): Usage | undefined {
  if (!model.metered) return undefined;
  const usd = usage.usd ?? costOf(usage, model.price);
  return { ...usage, ...(usd === undefined ? {} : { usd }), model: model.name };
}
