import {
  COLLECTION_STYLE,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml';
import { type Json, MAX_DEPTH } from '../json.ts';

/**
 * YAML as plain data with the place of every part.
 *
 *  Y1 What is accepted is JSON written as YAML: no anchors, aliases, tags, directives, second document, duplicate key,
 *     `__proto__`, or key that is not text.
 *  Y2 Size and depth are bounded before a value is built.
 *  Y3 Every problem has a line and a column.
 */

const MAX_BYTES = 256 * 1024;

/** Counted from 1. */
export type Spot = { readonly line: number; readonly column: number };

/** Offsets into the text; `end` is exclusive and behind a closing quote or bracket's content. `start` -1 = empty. */
export type Span = { readonly start: number; readonly end: number };

export type YamlNode = {
  /** `scalar` on one line, `lines` for a `|` or `>` text, else a collection in block or flow style. */
  readonly kind: 'scalar' | 'lines' | 'block' | 'flow';
  /** Whether the node is a mapping; false for lists and scalars. */
  readonly mapping: boolean;
  readonly span: Span;
  /** Span of the key this is the value of; absent in lists and at the top. */
  readonly key?: Span;
  readonly children: ReadonlyMap<string, YamlNode>;
};

export type YamlSource = {
  readonly text: string;
  /** `undefined` when the text holds nothing but comments. */
  readonly value: Json | undefined;
  readonly top: YamlNode | undefined;
};

export type YamlProblem = Spot & { readonly message: string };

export type YamlRead = { ok: true; source: YamlSource } | { ok: false; problem: YamlProblem };

/** Reads YAML text that came from outside. */
export function readYaml(raw: string): YamlRead {
  const text = raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return { ok: false, problem: { line: 1, column: 1, message: `is larger than ${MAX_BYTES / 1024} KB` } };
  }
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const refused = refusal(events, text);
    if (refused !== undefined) return { ok: false, problem: { ...spotOf(text, refused.at), message: refused.message } };
    const top = treeOf(events, text);
    const [value] = constructFromEvents(events, { source: text, maxAliases: 0 });
    return { ok: true, source: { text, value: value as Json | undefined, top } };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: { ...spotOf(text, error.at), message: error.message } };
    if (!(error instanceof YAMLException)) throw error;
    const mark = error.mark;
    const spot = mark === undefined ? { line: 1, column: 1 } : { line: mark.line + 1, column: mark.column + 1 };
    return { ok: false, problem: { ...spot, message: `is not YAML: ${error.reason}` } };
  }
}

/** Line and column of an offset. */
export function spotOf(text: string, offset: number): Spot {
  const before = text.slice(0, Math.max(0, offset));
  const line = before.split('\n').length;
  return { line, column: before.length - before.lastIndexOf('\n') };
}

/** Place of the key at `path`, of the value in lists, else of the nearest ancestor there is. */
export function placeOf(source: YamlSource, path: readonly string[]): Spot {
  let node = source.top;
  let offset = 0;
  for (const part of path) {
    node = node?.children.get(part);
    if (node === undefined) break;
    offset = (node.key ?? node.span).start;
  }
  return spotOf(source.text, offset);
}

/** The node at `path`, when it exists. */
export function nodeAt(source: YamlSource, path: readonly string[]): YamlNode | undefined {
  let node = source.top;
  for (const part of path) node = node?.children.get(part);
  return node;
}

class Refused extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

function refusal(events: readonly Event[], text: string): { at: number; message: string } | undefined {
  let documents = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) continue;
    if (event.type === EVENT_ID.DOCUMENT) {
      if (++documents > 1) return { at: text.length, message: 'holds several documents; one is allowed' };
      if (event.directives.length > 0) return { at: 0, message: 'holds a % directive; these are not allowed' };
      continue;
    }
    if (event.type === EVENT_ID.ALIAS) return { at: event.anchorStart - 1, message: 'aliases (*) are not allowed' };
    if (event.anchorStart >= 0) return { at: event.anchorStart - 1, message: 'anchors (&) are not allowed' };
    if (event.tagStart >= 0) return { at: event.tagStart, message: 'tags (!) are not allowed' };
  }
  return undefined;
}

/** Rebuilds the tree from the flat stream of events; refuses keys that are not text, twice there, or dangerous. */
function treeOf(events: readonly Event[], text: string): YamlNode | undefined {
  let at = 1; // after the document event
  const read = (key: Span | undefined): YamlNode | undefined => {
    const event = events[at++];
    const withKey = key === undefined ? {} : { key };
    if (event?.type === EVENT_ID.SCALAR) {
      const lines = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
      const span = scalarSpan(event, text);
      return { kind: lines ? 'lines' : 'scalar', mapping: false, span, ...withKey, children: new Map() };
    }
    if (event?.type !== EVENT_ID.MAPPING && event?.type !== EVENT_ID.SEQUENCE) return undefined;
    const children = new Map<string, YamlNode>();
    let end = event.start + 1;
    while (events[at]?.type !== EVENT_ID.POP) {
      let name = String(children.size);
      let span: Span | undefined;
      if (event.type === EVENT_ID.MAPPING) {
        const keyEvent = events[at++];
        if (keyEvent?.type !== EVENT_ID.SCALAR) throw new Refused(startOf(keyEvent), 'a key must be plain text');
        name = keyEvent.valueStart < 0 ? '' : getScalarValue(text, keyEvent);
        span = scalarSpan(keyEvent, text);
        if (name === '__proto__') throw new Refused(span.start, 'the key "__proto__" is not allowed');
        if (children.has(name)) throw new Refused(span.start, `the key "${name}" is there twice`);
      }
      const child = read(span);
      if (child === undefined) break;
      children.set(name, child);
      end = Math.max(end, child.span.end, child.key?.end ?? 0);
    }
    at++;
    const kind = event.style === COLLECTION_STYLE.BLOCK ? 'block' : 'flow';
    const mapping = event.type === EVENT_ID.MAPPING;
    return { kind, mapping, span: { start: event.start, end }, ...withKey, children };
  };
  return read(undefined);
}

function startOf(event: Event | undefined): number {
  return event !== undefined && 'start' in event ? event.start : 0;
}

/** The span of a scalar with its quotes. */
function scalarSpan(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>, text: string): Span {
  const { valueStart: start, valueEnd: end } = event;
  const before = text[start - 1];
  const quoted =
    (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) &&
    (before === '"' || before === "'");
  return quoted ? { start: start - 1, end: end + 1 } : { start, end };
}
