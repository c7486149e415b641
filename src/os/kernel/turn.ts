import { isDeeperThan, type Json } from '../json.ts';
import { capOf } from '../limits/limits.ts';
import type { Frame, Model, OpOffer, Reply, Turn, Usage } from '../models/port.ts';
import { localArgs } from '../ops/local-args.ts';
import { offeredOps } from '../ops/offered.ts';
import type { Op } from '../ops/op.ts';
import type { Skill } from '../skills/skill.ts';
import { type Choice, choices } from './candidates.ts';
import { type Accepted, judge } from './contract.ts';
import { buildFrame, type NamedBlob } from './frame.ts';
import { callModel, KEPT_DEPTH, roomFor, usageOf } from './model-call.ts';
import type { Action } from './next.ts';
import { overLimit } from './over-limit.ts';
import type { Drive } from './ports.ts';
import type { RunState } from './state.ts';

type TurnAction = Extract<Action, { do: 'turn' }>;

/** A frame with what belongs to it. */
export type Framed = {
  readonly frame: Frame;
  readonly named: readonly NamedBlob[];
  readonly choices: readonly Choice[];
  readonly ops: readonly Op[];
};

/** What the model would see now. Pure: resume and replay build the same. */
export function frameNow(
  skill: Skill,
  every: readonly Op[],
  state: RunState,
  action: Pick<TurnAction, 'phase' | 'input'>,
): Framed {
  const { phase, input } = action;
  const open = choices(skill, phase, state, input);
  const actsLeft = phase.maxActTurns - state.visit.acts;
  const offered = offeredOps(phase, skill.permissions, every);
  const ops = actsLeft > 0 ? offered : [];
  const { frame, named } = buildFrame({
    skill,
    phase,
    state,
    input,
    candidates: open.map(({ candidate }) => candidate),
    ops: ops.map(offerOf),
    language: state.started.language,
    opener: ops.find((op) => op.opensBlobs === true)?.kind,
    actsLeft,
    turnsLeft: Math.max(0, capOf(state.started.limits, state.raised, 'max_turns') - state.spent.turns),
  });
  return { frame, named, choices: open, ops };
}

/** Asks the model once and records what came of it. Limits are reserved before the call. */
export async function takeTurn(drive: Drive, action: TurnAction): Promise<void> {
  const { skill, ports } = drive;
  const state = drive.state();
  const framed = frameNow(skill, ports.ops, state, action);
  const { frame } = framed;
  if (framed.choices.length === 0) {
    drive.emit({
      type: 'run_failed',
      data: { code: 'no_candidate', message: `no edge of ${frame.phase} is open`, exit: 1, phase: frame.phase },
    });
    return;
  }
  const model = ports.model(action.phase.modelClass, action.id);
  const room = await roomFor(drive, model, frame, 'turn');
  if (!room.ok) return overLimit(drive, action.id, room.crossing);
  for (const blob of framed.named) ports.blobs.put(blob.text);
  try {
    await ask(drive, action, framed, model, room.maxOutputTokens);
  } finally {
    room.release();
  }
}

async function ask(
  drive: Drive,
  action: TurnAction,
  framed: Framed,
  model: Model,
  maxOutputTokens: number,
): Promise<void> {
  const { frame } = framed;
  const { skill } = drive;
  const state = drive.state();
  const turn = await callModel(drive, model, frame, action.id, maxOutputTokens);
  if (turn === undefined) return;
  const usage = usageOf(turn, model, frame, maxOutputTokens);
  const judged = judge(turn.reply, { skill, state, input: action.input, encoding: model.encoding, ...framed });
  if (judged.ok) accept(drive, action.id, frame, usage, judged.accepted);
  else reject(drive, action.id, frame, usage, turn, judged.violation);
  if (model.metered) drive.log.write();
}

function accept(drive: Drive, step: string, frame: Frame, usage: Usage | undefined, accepted: Accepted): void {
  const call = { request: frame.request, ...(usage === undefined ? {} : { usage }) };
  if (accepted.kind === 'act') {
    drive.emit({ type: 'turn_acted', step, data: { ...call, ops: accepted.ops.map((op) => localOp(drive, op)) } });
    return;
  }
  const { choice, artifact, reason, confidence } = accepted;
  const { id, kind, to, type } = choice.candidate;
  drive.emit({
    type: 'turn_decided',
    step,
    data: {
      ...call,
      edge: id,
      to: kind === 'transition' ? (to ?? '') : kind === 'finish' ? 'end' : 'abort',
      ...(type === undefined ? {} : { type }),
      ...(artifact === undefined ? {} : { artifact }),
      ...(reason === undefined ? {} : { reason }),
      ...(confidence === undefined ? {} : { confidence }),
    },
  });
}

/** An op as it is recorded and done: absolute paths that lie in the project are relative to it. */
function localOp({ ports }: Drive, { kind, args }: { readonly kind: string; readonly args: Json }) {
  return { kind, args: localArgs(ports.ops, kind, args, ports.workspace.local) };
}

function reject(
  drive: Drive,
  step: string,
  frame: Frame,
  usage: Usage | undefined,
  turn: Turn,
  violation: Extract<ReturnType<typeof judge>, { ok: false }>['violation'],
): void {
  drive.emit({
    type: 'validation_error',
    step,
    data: {
      request: frame.request,
      ...(usage === undefined ? {} : { usage }),
      violation: {
        ...violation,
        ...(violation.allowed === undefined ? {} : { allowed: [...violation.allowed] }),
      } as never,
      reply: storable(turn.reply),
    },
  });
}

/** A rejected reply as the log may hold it: whole, or cut off below {@link KEPT_DEPTH}. */
function storable(reply: Reply): Json {
  const whole = reply as unknown as Json;
  return isDeeperThan(reply, KEPT_DEPTH) ? cutBelow(whole, KEPT_DEPTH) : whole;
}

function cutBelow(value: Json, levels: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((item) => cutBelow(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutBelow(item, levels - 1)]));
}

const offers = new WeakMap<Op, OpOffer>();

function offerOf(op: Op): OpOffer {
  const offer = offers.get(op) ?? {
    kind: op.kind,
    summary: op.summary,
    input: op.input as unknown as OpOffer['input'],
  };
  offers.set(op, offer);
  return offer;
}
