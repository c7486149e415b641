import { isDeeperThan, type Json, MAX_DEPTH } from '../json.ts';
import { decodeReply } from '../models/decode.ts';
import type { Candidate, Decoded, Encoding, Frame, Reply, Violation } from '../models/port.ts';
import { resolveDecision } from '../models/resolve.ts';
import { refused, shorten, violation } from '../models/violation.ts';
import type { Op } from '../ops/op.ts';
import { checkArgs } from '../ops/validate.ts';
import { compileSchema, showErrors } from '../schema.ts';
import type { Edge, Skill } from '../skills/skill.ts';
import type { Choice } from './candidates.ts';
import { carryInto, fillsEverything } from './carry.ts';
import { firstFailing, valueAt } from './guards.ts';
import type { RunState, Typed } from './state.ts';

/** A reply that kept the contract. */
export type Accepted =
  | { readonly kind: 'act'; readonly ops: readonly { readonly kind: string; readonly args: Json }[] }
  | {
      readonly kind: 'decide';
      readonly choice: Choice;
      /** Merged with what `carry` fills; absent for `abort`. */
      readonly artifact?: Json;
      readonly reason?: string;
      readonly confidence?: number;
    };

export type Judgement =
  | { readonly ok: true; readonly accepted: Accepted }
  | { readonly ok: false; readonly violation: Violation };

export type ContractView = {
  readonly skill: Skill;
  readonly state: RunState;
  readonly input: Typed;
  readonly frame: Frame;
  readonly choices: readonly Choice[];
  readonly ops: readonly Op[];
  readonly encoding: Encoding;
};

/**
 * Judges a whole reply before anything happens: parse → shape → edge → artifact type → schema of the merged artifact →
 * guard → op schemas. The first stage that fails is the violation. Nothing is stripped, renamed or guessed.
 */
export function judge(reply: Reply, view: ContractView): Judgement {
  const decoded = decodeReply(reply, view.frame, view.encoding);
  if (!decoded.ok) return decoded;
  const deep = tooDeep(decoded.decoded);
  if (deep !== undefined) return { ok: false, violation: deep };
  const resolved = resolveDecision(decoded.decoded, view.frame);
  if (resolved.kind === 'violation') return { ok: false, violation: resolved.violation };
  if (resolved.kind === 'act') return judgeOps(resolved.ops, view.ops);
  const choice = view.choices.find(({ candidate }) => candidate.id === resolved.candidate.id);
  if (choice === undefined) throw new TypeError(`candidate ${resolved.candidate.id} is not of this frame`);
  const said = {
    ...(resolved.reason === undefined ? {} : { reason: resolved.reason }),
    ...(resolved.confidence === undefined ? {} : { confidence: resolved.confidence }),
  };
  const { edge } = choice;
  if (edge === undefined) return { ok: true, accepted: { kind: 'decide', choice, ...said } };
  const written = resolved.artifact as Json | undefined;
  const stray = written === undefined ? unlessFilled(choice.candidate, edge) : carriedByModel(written, edge);
  if (stray !== undefined) return { ok: false, violation: stray };
  const artifact = carryInto(written === undefined ? {} : written, edge, view.state, view.input.artifact);
  const wrong = checkLeaving(artifact, choice.candidate.type ?? '', edge, view);
  if (wrong !== undefined) return { ok: false, violation: wrong };
  return { ok: true, accepted: { kind: 'decide', choice, artifact, ...said } };
}

/** What is wrong with an artifact that is about to leave along an edge: its schema, then the guard. */
export function checkLeaving(
  artifact: Json,
  type: string,
  edge: Edge,
  view: Pick<ContractView, 'skill' | 'state' | 'input'>,
): Violation | undefined {
  const schema = view.skill.artifacts[type]?.schema;
  const errors =
    schema === undefined ? [{ path: '', message: `has the unknown type ${type}` }] : compileSchema(schema)(artifact);
  if (errors.length > 0) {
    const message = `The artifact does not fit ${type}: ${showErrors(errors)}.`;
    return violation('artifact_schema', message, { path: errors[0]?.path ?? '' });
  }
  const seen = { visits: view.state.visits, input: view.input.artifact, artifact };
  const failing = firstFailing(edge.when, seen);
  if (failing === undefined) return undefined;
  const got = shorten(JSON.stringify(valueAt(failing, seen)) ?? 'absent', MAX_QUOTED);
  const wanted = `The edge to ${edge.to} is open only when ${failing.path} fits ${JSON.stringify(failing.schema)}`;
  return violation('guard', `${wanted}; it is ${got}.`, { path: failing.path, got });
}

/** Characters of a value that a sentence quotes. */
const MAX_QUOTED = 200;

function tooDeep(decoded: Decoded): Violation | undefined {
  const values = [...decoded.ops.map((op) => op.args), ...decoded.decisions.map((decision) => decision.artifact)];
  if (!values.some((value) => isDeeperThan(value, MAX_DEPTH))) return undefined;
  return violation('too_deep', `The reply nests deeper than ${MAX_DEPTH} levels.`);
}

/** Only where `carry` fills everything may the model leave the artifact out. */
function unlessFilled({ type = '', schema = {} }: Candidate, edge: Edge): Violation | undefined {
  if (fillsEverything(schema, edge)) return undefined;
  return violation('artifact_schema', `The edge to ${edge.to} takes an artifact of type ${type}, and there is none.`);
}

function carriedByModel(artifact: Json, edge: Edge): Violation | undefined {
  const field = Object.keys(edge.carry).find(
    (name) => typeof artifact === 'object' && artifact !== null && Object.hasOwn(artifact, name),
  );
  if (field === undefined) return undefined;
  return violation('artifact_schema', `The artifact has the unknown field "${field}".`, { path: `/${field}` });
}

function judgeOps(requests: readonly { kind: string; args: unknown }[], ops: readonly Op[]): Judgement {
  const accepted: { kind: string; args: Json }[] = [];
  for (const [i, request] of requests.entries()) {
    const op = ops.find(({ kind }) => kind === request.kind);
    if (op === undefined) {
      const allowed = ops.map(({ kind }) => kind);
      const message =
        allowed.length === 0
          ? 'No op may be asked for now.'
          : `There is no op "${request.kind}" here; there are: ${allowed.join(', ')}.`;
      return refused('unknown_op', message, { path: `/ops/${i}`, got: request.kind, allowed });
    }
    const errors = checkArgs(op, request.args);
    if (errors.length > 0) {
      const message = `The arguments of ${op.kind} do not fit: ${showErrors(errors)}.`;
      return refused('op_arguments', message, { path: `/ops/${i}${errors[0]?.path ?? ''}` });
    }
    accepted.push({ kind: op.kind, args: request.args as Json });
  }
  return { ok: true, accepted: { kind: 'act', ops: accepted } };
}
