import { isObject } from '../json.ts';
import type { Candidate, DecodedDecision, Frame, OpOffer, Reply, Section, Violation } from './port.ts';
import { readReplyText } from './read-json.ts';
import { type Decoding, firstOf, nameOf, refused, under, violation } from './violation.ts';
import { describeEdge, distinct, showSections, type WireRequest } from './wire-request.ts';

/**
 * The json encoding, for models without tools: one JSON object
 * `{control: {type, next_phase, confidence, reason}, artifact: {type, data}, ops: [{kind, args}]}` as text.
 * A member with nothing to say is null or left out; any other member is a violation.
 */

const HOW = [
  'Answer with one JSON object of exactly this shape, and nothing else:',
  '{"control": {"type": "transition" | "finish" | "abort", "next_phase": string | null, "confidence": number from 0 to 1 | null, "reason": string | null} | null,',
  ' "artifact": {"type": string, "data": …} | null,',
  ' "ops": [{"kind": string, "args": {…}}]}',
  'Either choose one of the edges below: `control` and `artifact` as it says, `ops` empty.',
  'Or ask for ops: `control` and `artifact` null, one or more entries in `ops`; you then see their results and answer again.',
].join('\n');

const NO_OPS = 'No ops can be asked for now: `ops` is empty.';

/** The frame as text, with the shape of the answer and every schema in it. */
export function jsonRequest(frame: Frame): WireRequest {
  const sections: Section[] = [
    ...frame.system,
    { name: 'How to answer', text: HOW },
    { name: 'Edges', text: distinct(frame.candidates).map(showEdge).join('\n') },
    { name: 'Ops', text: frame.ops.length === 0 ? NO_OPS : frame.ops.map(showOp).join('\n') },
  ];
  return { system: showSections(sections), user: showSections(frame.user), tools: [] };
}

function showEdge(candidate: Candidate): string {
  const { id, kind, to, type, schema } = candidate;
  const control = kind === 'transition' ? { type: kind, next_phase: to } : { type: kind };
  const artifact =
    schema === undefined
      ? 'artifact: null'
      : `artifact.type: ${JSON.stringify(type)}, schema of artifact.data: ${JSON.stringify(schema)}`;
  return `- ${id}: control: ${JSON.stringify(control)}; ${artifact}\n  ${describeEdge(candidate)}`;
}

function showOp({ kind, summary, input }: OpOffer): string {
  return `- ${kind}: ${summary}\n  schema of args: ${JSON.stringify(input)}`;
}

const TOP_KEYS = ['control', 'artifact', 'ops'];
const CONTROL_KEYS = ['type', 'next_phase', 'confidence', 'reason'];
const ARTIFACT_KEYS = ['type', 'data'];
const OP_KEYS = ['kind', 'args'];

/** Reads the one JSON object of a reply. */
export function decodeJson(reply: Reply, frame: Frame): Decoding {
  if (reply.calls.length > 0) {
    const [first] = reply.calls;
    return refused('not_json', 'The reply calls a tool; answer with one JSON object as text.', { got: first?.name });
  }
  const read = readReplyText(reply.text);
  if (!read.ok) return refused(read.code, read.message, reply.text === '' ? {} : { got: reply.text });
  const top = read.value;
  if (!isObject(top))
    return refused('not_an_object', `The reply is ${nameOf(top)}; an object is expected.`, { got: top });
  const { control = null, artifact = null, ops = null } = top;
  const requested = Array.isArray(ops) ? ops : [];
  const wrong = firstOf([
    ...strayKeys(top, TOP_KEYS, ''),
    ...objectAt(control, CONTROL_KEYS, '/control'),
    ...objectAt(artifact, ARTIFACT_KEYS, '/artifact'),
    ...(ops === null || Array.isArray(ops) ? [] : [wrongShape(ops, 'a list of ops', '/ops')]),
    ...requested.flatMap((op, i) =>
      op === null ? [wrongShape(op, 'an op', `/ops/${i}`)] : objectAt(op, OP_KEYS, `/ops/${i}`),
    ),
    ...strayArtifact(control, artifact, requested.length > 0),
  ]);
  if (wrong !== undefined) return { ok: false, violation: wrong };
  const decoded = {
    ops: requested.map((op) => opOf(op)),
    decisions: isObject(control) ? [decisionOf(control, isObject(artifact) ? artifact : undefined, frame)] : [],
  };
  return { ok: true, decoded };
}

function strayKeys(object: object, allowed: readonly string[], path: string): Violation[] {
  const stray = Object.keys(object).find((key) => !allowed.includes(key));
  if (stray === undefined) return [];
  const message = `${path === '' ? 'The reply' : path.slice(1)} takes no "${stray}"; it takes: ${allowed.join(', ')}.`;
  return [violation('unknown_key', message, { path: under(path, stray), got: stray, allowed })];
}

function objectAt(value: unknown, allowed: readonly string[], path: string): Violation[] {
  if (value === null) return [];
  return isObject(value) ? strayKeys(value, allowed, path) : [wrongShape(value, 'an object', path)];
}

function wrongShape(value: unknown, expected: string, path: string): Violation {
  return violation('not_an_object', `${path.slice(1)} is ${nameOf(value)}; ${expected} is expected.`, {
    path,
    got: value,
  });
}

/** An artifact goes with an edge that takes one, and only with that. */
function strayArtifact(control: unknown, artifact: unknown, acts: boolean): Violation[] {
  if (artifact === null) return [];
  if (control === null) {
    const message = 'There is an artifact but no `control`: choose the edge it goes with.';
    return [violation(acts ? 'op_and_edge' : 'empty', message, { path: '/control' })];
  }
  if (!isObject(control) || control.type !== 'abort') return [];
  return [violation('artifact_type', 'abort takes no artifact.', { path: '/artifact', allowed: [] })];
}

function opOf(op: unknown): { kind: string; args: unknown } {
  const { kind, args } = isObject(op) ? op : {};
  return { kind: typeof kind === 'string' ? kind : JSON.stringify(kind ?? null), args };
}

function decisionOf(
  control: Record<string, unknown>,
  artifact: Record<string, unknown> | undefined,
  frame: Frame,
): DecodedDecision {
  const { reason, confidence } = control;
  const { edge, type } = edgeOf(control, artifact, frame);
  return {
    edge,
    ...(type === undefined ? {} : { type }),
    ...(reason === undefined || reason === null ? {} : { reason }),
    ...(confidence === undefined || confidence === null ? {} : { confidence }),
    ...(artifact === undefined || artifact.data === undefined ? {} : { artifact: artifact.data }),
  };
}

/**
 * The candidate that `control` and `artifact.type` name together. Where the pair names one, its id says everything.
 * Where only the type is wrong or missing, the id is that of a candidate for the same edge and `type` is what was
 * written (the empty string for nothing). Where the edge is wrong, the text is one that no candidate id can be.
 */
function edgeOf(
  control: Record<string, unknown>,
  artifact: Record<string, unknown> | undefined,
  frame: Frame,
): { edge: string; type?: string } {
  const { type: kind, next_phase: to = null } = control;
  const named = `${JSON.stringify(kind ?? null)}${to === null ? '' : ` with next_phase ${JSON.stringify(to)}`}`;
  const edges = frame.candidates.filter((candidate) => candidate.kind === kind && (candidate.to ?? null) === to);
  const [only] = edges;
  if (only === undefined) return { edge: named };
  if (artifact === undefined) return edges.length === 1 ? { edge: only.id } : { edge: only.id, type: '' };
  const written = typeof artifact.type === 'string' ? artifact.type : JSON.stringify(artifact.type ?? '');
  const exact = edges.find((candidate) => candidate.type === artifact.type);
  return exact === undefined ? { edge: only.id, type: written } : { edge: exact.id };
}
