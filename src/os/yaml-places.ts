import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';

/** Keys and list indexes from the top of a YAML text to one of its parts. */
export type KeyPath = readonly (string | number)[];

/** Counted from 1. */
export type Spot = { readonly line: number; readonly column: number };

/** Offsets into the text, quotes included; `end` is exclusive. `start` -1 = nothing is written there. */
export type Span = { readonly start: number; readonly end: number };

export type YamlNode = {
  /** `scalar` on one line, `lines` for a `|` or `>` text, else a collection in block or flow style. */
  readonly kind: 'scalar' | 'lines' | 'block' | 'flow';
  /** Whether the node is a mapping; false for lists and scalars. */
  readonly mapping: boolean;
  readonly span: Span;
  /** Span of the key this is the value of; absent in lists and at the top. */
  readonly key?: Span;
  /** By key, or by index. */
  readonly children: ReadonlyMap<string, YamlNode>;
};

/** Line and column of an offset, both from 1. */
export function spotOf(text: string, offset: number): Spot {
  const end = Math.min(Math.max(0, offset), text.length);
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: end - start + 1 };
}

/** Place of the key at `path`, of the item in a list; of the nearest part above it that exists. */
export function placeIn(text: string, top: YamlNode | undefined, path: KeyPath): Spot {
  let node = top;
  let offset = 0;
  for (const part of path) {
    node = node?.children.get(String(part));
    if (node === undefined) break;
    const { start } = node.key ?? node.span;
    if (start >= 0) offset = start;
  }
  return spotOf(text, offset);
}

/** The tree of an accepted text, from its events. */
export function treeOf(text: string, events: readonly Event[]): YamlNode | undefined {
  const reading = { text, events, at: 1 }; // behind the start of the document
  return readNode(reading, {});
}

type Reading = { readonly text: string; readonly events: readonly Event[]; at: number };

function readNode(reading: Reading, key: { readonly key?: Span }): YamlNode | undefined {
  const event = reading.events[reading.at++];
  if (event?.type === EVENT_ID.SCALAR) {
    const lines = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    return { kind: lines ? 'lines' : 'scalar', mapping: false, span: scalarSpan(event), ...key, children: new Map() };
  }
  if (event?.type !== EVENT_ID.MAPPING && event?.type !== EVENT_ID.SEQUENCE) return undefined;
  const mapping = event.type === EVENT_ID.MAPPING;
  const children = new Map<string, YamlNode>();
  let end = event.start + 1;
  while (reading.events[reading.at]?.type !== EVENT_ID.POP) {
    const member = mapping ? readKey(reading) : undefined;
    const child = readNode(reading, member === undefined ? {} : { key: member.span });
    if (child === undefined) break;
    children.set(member?.name ?? String(children.size), child);
    end = Math.max(end, child.span.end, child.key?.end ?? 0);
  }
  reading.at++;
  const kind = event.style === COLLECTION_STYLE.BLOCK ? 'block' : 'flow';
  return { kind, mapping, span: { start: event.start, end }, ...key, children };
}

function readKey(reading: Reading): { readonly name: string; readonly span: Span } | undefined {
  const event = reading.events[reading.at++];
  if (event?.type !== EVENT_ID.SCALAR) return undefined;
  return { name: getScalarValue(reading.text, event), span: scalarSpan(event) };
}

/** The span of a scalar with its quotes. */
export function scalarSpan(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): Span {
  const { valueStart: start, valueEnd: end, style } = event;
  const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? { start: start - 1, end: end + 1 } : { start, end };
}
