import { UserError } from '../errors.ts';
import { getPath, isObject, type Json, type JsonObject } from '../json.ts';
import type { Candidate, Encoding, Frame, Reply } from './port.ts';
import type { ScriptRule, ScriptTurn } from './script.ts';

/**
 * The reply a rule amounts to, in the words of the encoding, as a model would have sent it. An edge the frame does not
 * offer is put into words all the same: it is for the contract to refuse it.
 * @throws UserError `model` when a template points to nothing, or an edge takes several types and none is named.
 */
export function replyOf(rule: ScriptRule, frame: Frame, encoding: Encoding, file: string): Reply {
  const fail = (message: string, hint: string) =>
    new UserError('model', `Rule ${rule.number}: ${message}`, {
      where: { file, line: rule.line, phase: frame.phase },
      hint,
    });
  return replyTo(fill(rule.turn as JsonObject, scopeOf(frame), fail) as ScriptTurn, frame, encoding, fail);
}

/** The reply a turn amounts to whose templates are filled in. @throws what `fail` makes of a message. */
export function replyTo(turn: ScriptTurn, frame: Frame, encoding: Encoding, fail: Fail): Reply {
  if (turn.calls !== undefined) return raw(turn.calls, turn.text ?? '', turn.ended ?? 'tools');
  if (turn.text !== undefined) return raw([], turn.text, turn.ended ?? 'stop');
  if (turn.ops !== undefined) {
    const ops = turn.ops.map(({ kind, args = {} }) => ({ kind, args }));
    return encoding === 'tools'
      ? raw(
          ops.map(({ kind, args }) => ({ name: kind, args })),
          '',
          'tools',
        )
      : json({ control: null, artifact: null, ops });
  }
  const edge = edgeOf(turn, frame, fail);
  return encoding === 'tools' ? edgeAsTool(turn, edge) : edgeAsJson(turn, edge);
}

/** Makes an error of a message and a hint. */
export type Fail = (message: string, hint: string) => UserError;

function raw(calls: Reply['calls'], text: string, finish: Reply['finish']): Reply {
  return { calls, text, finish };
}

function json(value: unknown): Reply {
  return raw([], JSON.stringify(value), 'stop');
}

type NamedEdge = {
  readonly id: string;
  readonly kind: Candidate['kind'];
  readonly to?: string;
  readonly type?: string;
};

function edgeOf(turn: ScriptTurn, frame: Frame, fail: Fail): NamedEdge {
  const { to, type } = turn;
  const kind = turn.abort !== undefined ? 'abort' : to === undefined ? 'finish' : 'transition';
  const offered = frame.candidates.filter((candidate) => candidate.kind === kind && candidate.to === to);
  const types = [...new Set(offered.map((candidate) => candidate.type))];
  if (type === undefined && types.length > 1) {
    throw fail(`the edge to ${to} takes ${types.join(' or ')}.`, 'Name one as `type`.');
  }
  const found = offered.find((candidate) => type === undefined || candidate.type === type);
  if (found !== undefined) return found;
  const id = to === undefined ? kind : `to_${to}${type === undefined ? '' : `__${type}`}`;
  return { id, kind, ...(to === undefined ? {} : { to }), ...(type === undefined ? {} : { type }) };
}

function artifactOf(turn: ScriptTurn): unknown {
  return turn.to === undefined ? turn.finish : turn.artifact;
}

function edgeAsTool(turn: ScriptTurn, { id }: NamedEdge): Reply {
  const args = withoutUndefined({
    reason: turn.abort ?? turn.reason,
    confidence: turn.confidence,
    artifact: artifactOf(turn),
  });
  return raw([{ name: id, args }], '', 'tools');
}

function edgeAsJson(turn: ScriptTurn, { kind, to, type = '' }: NamedEdge): Reply {
  const { confidence = null } = turn;
  const data = artifactOf(turn);
  return json({
    control: { type: kind, next_phase: to ?? null, confidence, reason: turn.abort ?? turn.reason ?? null },
    artifact: data === undefined ? null : { type, data },
    ops: [],
  });
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** What conditions and templates of a rule may look at. */
export function scopeOf({ phase, visit, turn, attempt, input, results }: Frame): Scope {
  return { input: input.artifact, results: [...results], phase, visit, turn, attempt };
}

/** What templates may look at, by the first name of their path. */
export type Scope = Readonly<Record<string, Json | undefined>>;

/**
 * The value with every template in its strings filled in whose first name is in `scope`; keys, and what is filled in,
 * stay as they are.
 */
export function fill(value: Json, scope: Scope, fail: Fail): Json {
  if (typeof value === 'string') return value.includes('${') ? fillText(value, scope, fail) : value;
  if (Array.isArray(value)) return value.map((item) => fill(item, scope, fail));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, fill(item, scope, fail)]));
}

function fillText(text: string, root: Scope, fail: Fail): Json {
  const pattern = `\\$\\{(${Object.keys(root).join('|')})((?:\\.[\\w-]+)*)\\}`;
  const look = (name: string, rest: string): Json => {
    const path = [name, ...rest.split('.').slice(1)];
    const found = getPath(root, path) as Json | undefined;
    if (found === undefined)
      throw fail(`"\${${path.join('.')}}" points to nothing.`, `There is ${JSON.stringify(root).slice(0, 300)}.`);
    return found;
  };
  const whole = new RegExp(`^${pattern}$`).exec(text);
  if (whole !== null) return look(whole[1] ?? '', whole[2] ?? '');
  return text.replaceAll(new RegExp(pattern, 'g'), (_, name: string, rest: string) => {
    const found = look(name, rest);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}
