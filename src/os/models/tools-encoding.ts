import { hasProtoKey, isDeeperThan, isObject, MAX_DEPTH, sha256 } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import type { Candidate, Decoded, DecodedDecision, Frame, OpOffer, Reply, Section, Violation } from './port.ts';
import { readTolerantJson } from './read-json.ts';
import { type Degradation, isStrict, wireSchema } from './schema-codec.ts';
import { type Decoding, firstOf, nameOf, refused, under, violation } from './violation.ts';
import { describeEdge, distinct, showSections, type WireRequest, type WireTool } from './wire-request.ts';

/**
 * The tools encoding: every candidate and every op is a tool, and the provider is told that one must be called. An edge
 * tool takes `{reason, confidence, artifact}`, `abort` takes `{reason}`, an op tool takes the op's own arguments.
 */

const HOW: Section = {
  name: 'How to answer',
  text: [
    'Answer by calling tools; text beside a call is not read.',
    'Either call exactly one edge tool (to_…, finish, abort), which ends this phase,',
    'or call one or more op tools and no edge tool: you then see their results and answer again.',
    'In an edge tool, `artifact` is what you hand on, `reason` says in a sentence why, and `confidence` is a number from 0 to 1.',
  ].join('\n'),
};

/** The frame as tools. `upTo` says how far schemas are degraded for the provider. */
export function toolsRequest(frame: Frame, upTo: Degradation): WireRequest {
  const tools = [
    ...distinct(frame.candidates).map((candidate) => edgeTool(candidate, upTo)),
    ...frame.ops.map((op) => opTool(op, upTo)),
  ];
  return { system: showSections([...frame.system, HOW]), user: showSections(frame.user), tools };
}

function edgeTool(candidate: Candidate, upTo: Degradation): WireTool {
  const wire = candidate.schema === undefined ? undefined : wireSchema(candidate.schema, upTo);
  const strict = wire?.strict ?? isStrict(upTo);
  const optional = (type: string, more: JsonSchema = {}): JsonSchema =>
    strict ? { type: [type, 'null'], ...more } : { type, ...more };
  const properties: JsonSchema = {
    reason: optional('string', { description: 'Why, in a sentence.' }),
    ...(wire === undefined
      ? {}
      : { confidence: optional('number', { description: 'From 0 to 1.' }), artifact: wire.schema }),
  };
  const required = strict ? Object.keys(properties) : wire === undefined ? [] : ['artifact'];
  return {
    name: wireName(candidate.id),
    id: candidate.id,
    description: describeEdge(candidate),
    parameters: { type: 'object', properties, required, additionalProperties: false },
    strict,
    undo: (args) =>
      wire !== undefined && isObject(args) && Object.hasOwn(args, 'artifact')
        ? { ...args, artifact: wire.undo(args.artifact) }
        : args,
  };
}

function opTool(op: OpOffer, upTo: Degradation): WireTool {
  const { schema, strict, undo } = wireSchema(op.input, upTo);
  return { name: wireName(op.kind), id: op.kind, description: op.summary, parameters: schema, strict, undo };
}

/** Providers take letters, digits, `_` and `-`, at most 64; any other name is shortened and kept apart by its digest. */
export function wireName(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  return `${id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 55)}_${sha256(id).slice(0, 8)}`;
}

const EDGE_KEYS = ['reason', 'confidence', 'artifact'];
const ABORT_KEYS = ['reason'];

/** Reads the tool calls of a reply. */
export function decodeTools(reply: Reply, frame: Frame): Decoding {
  if (reply.calls.length === 0) {
    const rest = reply.text.trim() === '' ? {} : { got: reply.text };
    return refused('empty', 'The reply calls no tool; call one edge tool, or op tools.', rest);
  }
  const wrong = firstOf(reply.calls.flatMap((call, i) => problemOf(call, i, frame) ?? []));
  if (wrong !== undefined) return { ok: false, violation: wrong };
  const ops: { kind: string; args: unknown }[] = [];
  const decisions: DecodedDecision[] = [];
  for (const { name, args } of reply.calls) {
    if (isEdge(name, frame)) decisions.push({ edge: name, ...given(args) });
    else ops.push({ kind: name, args });
  }
  return { ok: true, decoded: { ops, decisions } satisfies Decoded };
}

/** A tool the frame offers is what it is there; any other name is an edge where it is spelled like one. */
function isEdge(name: string, frame: Frame): boolean {
  if (frame.candidates.some(({ id }) => id === name)) return true;
  if (frame.ops.some(({ kind }) => kind === name)) return false;
  return name === 'finish' || name === 'abort' || name.startsWith('to_');
}

function problemOf(call: Reply['calls'][number], i: number, frame: Frame): Violation | undefined {
  const { name, args } = call;
  const path = `/calls/${i}`;
  if (typeof args === 'string') return unreadable(args, name, path);
  if (!isObject(args)) {
    return violation('not_an_object', `The arguments of ${name} are ${nameOf(args)}; an object is expected.`, { path });
  }
  if (isDeeperThan(args, MAX_DEPTH)) {
    return violation('too_deep', `The arguments of ${name} nest deeper than ${MAX_DEPTH} levels.`, { path });
  }
  if (hasProtoKey(args)) {
    return violation('unknown_key', `The arguments of ${name} have the key "__proto__".`, { path, got: '__proto__' });
  }
  if (!isEdge(name, frame)) return undefined;
  const allowed = name === 'abort' ? ABORT_KEYS : EDGE_KEYS;
  const stray = Object.keys(args).find((key) => !allowed.includes(key));
  if (stray === undefined) return undefined;
  const message = `${name} takes no "${stray}"; it takes: ${allowed.join(', ')}.`;
  return violation('unknown_key', message, { path: under(path, stray), got: stray, allowed });
}

/** Arguments that stayed text because they are not JSON, or JSON that was put into a JSON string. */
function unreadable(args: string, name: string, path: string): Violation {
  const read = readTolerantJson(args);
  if (read.ok) {
    return violation('not_an_object', `The arguments of ${name} are a string; an object is expected.`, {
      path,
      got: args,
    });
  }
  const code = read.code === 'empty' ? 'not_json' : read.code;
  return violation(code, `The arguments of ${name} cannot be read. ${read.message}`, { path, got: args });
}

/** The members of an edge tool's arguments that say something; `null` is how a model leaves out one it need not give. */
function given(args: unknown): Partial<DecodedDecision> {
  if (!isObject(args)) return {};
  const { reason, confidence, artifact } = args;
  return {
    ...(reason === undefined || reason === null ? {} : { reason }),
    ...(confidence === undefined || confidence === null ? {} : { confidence }),
    ...(artifact === undefined ? {} : { artifact }),
  };
}
