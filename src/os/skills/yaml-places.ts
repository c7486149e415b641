import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';

/** Keys and list indexes from the top of a YAML text to one of its parts. */
export type KeyPath = readonly (string | number)[];

/** Counted from 1. */
export type Spot = { readonly line: number; readonly column: number };

type Tree = { readonly offset: number; readonly parts: Map<string, Tree> };
type Frame = { readonly tree: Tree; readonly list: boolean; key: { name: string; offset: number } | undefined };

/**
 * A function from key paths to places, from the events of a text that was accepted: the key of a mapping's member,
 * the first character of a list's item. A path that does not exist gives the nearest part above it.
 */
export function placesOf(text: string, events: readonly Event[]): (path: KeyPath) => Spot {
  const root = treeOf(text, events);
  return (path) => {
    let tree = root;
    for (const part of path) {
      const next = tree.parts.get(String(part));
      if (next === undefined) break;
      tree = next;
    }
    return spotOf(text, tree.offset);
  };
}

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

function treeOf(text: string, events: readonly Event[]): Tree {
  const root: Tree = { offset: 0, parts: new Map() };
  const frames: Frame[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) frames.push({ tree: root, list: true, key: undefined });
    else if (event.type === EVENT_ID.POP) frames.pop();
    else if (event.type === EVENT_ID.SCALAR) addScalar(text, event, frames.at(-1));
    else if (event.type === EVENT_ID.ALIAS) continue;
    else {
      const above = frames.at(-1);
      const tree = frames.length === 1 ? root : addPart(above, event.start);
      frames.push({ tree, list: event.type === EVENT_ID.SEQUENCE, key: undefined });
    }
  }
  return root;
}

function addScalar(text: string, event: Extract<Event, { valueStart: number }>, above: Frame | undefined): void {
  if (above === undefined) return;
  const start = event.valueStart < 0 ? (above.key?.offset ?? above.tree.offset) : event.valueStart;
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const offset = quoted && (text[start - 1] === '"' || text[start - 1] === "'") ? start - 1 : start;
  if (above.list || above.key !== undefined) addPart(above, offset);
  else above.key = { name: getScalarValue(text, event), offset };
}

/** Adds the part that begins at `offset` to the collection it is in, and closes the member it is the value of. */
function addPart(above: Frame | undefined, offset: number): Tree {
  if (above === undefined) return { offset, parts: new Map() };
  const part: Tree = { offset: above.key?.offset ?? offset, parts: new Map() };
  above.tree.parts.set(above.key?.name ?? String(above.tree.parts.size), part);
  above.key = undefined;
  return part;
}
