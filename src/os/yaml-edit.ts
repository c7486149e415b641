import type { Json } from './json.ts';
import { nodeAt, type YamlSource } from './yaml.ts';
import type { YamlNode } from './yaml-places.ts';
import { columnOf, lineEnd, scalarText, withNewline } from './yaml-text.ts';

/**
 * The text with one value changed and everything else, comments and order too, as it was. The caller reads it again.
 * @returns `undefined` when it would take more than a line, or cannot be done by positions.
 */
export function setInYaml(source: YamlSource, path: readonly string[], value: Json): string | undefined {
  const { text } = source;
  const there = nodeAt(source, path);
  if (there?.kind === 'scalar' && there.key !== undefined) {
    if (there.span.start >= 0) return splice(text, there.span.start, there.span.end, scalarText(value, false));
    const colon = text.indexOf(':', there.key.end);
    return colon < 0 ? undefined : splice(text, colon + 1, colon + 1, ` ${scalarText(value, false)}`);
  }
  if (there !== undefined) return undefined;
  let depth = path.length - 1;
  while (depth > 0 && nodeAt(source, path.slice(0, depth)) === undefined) depth--;
  const parent = nodeAt(source, path.slice(0, depth));
  const missing = path.slice(depth);
  if (parent === undefined) return `${withNewline(text)}${lines(missing, value, 0)}`;
  if (parent.kind === 'flow' && parent.mapping) {
    const rest = parent.children.size === 0 ? '' : ', ';
    const at = parent.span.start + (text[parent.span.start + 1] === ' ' ? 2 : 1);
    return splice(text, at, at, `${flow(missing, value)}${rest}`);
  }
  if (parent.kind === 'block' && parent.mapping) return insertLines(text, parent, missing, value);
  if (parent.kind === 'scalar' && parent.span.start < 0 && parent.key !== undefined) {
    const at = lineEnd(text, parent.key.end);
    return insertAt(text, at, lines(missing, value, columnOf(text, parent.key.start) + 2));
  }
  return undefined;
}

/** Behind the last line of a block mapping, with the indent of its first key. */
function insertLines(text: string, parent: YamlNode, missing: readonly string[], value: Json): string | undefined {
  const first = [...parent.children.values()][0]?.key;
  if (first === undefined) return undefined;
  const end = parent.span.end;
  const at = text[end - 1] === '\n' ? end : lineEnd(text, end);
  return insertAt(text, at, lines(missing, value, columnOf(text, first.start)));
}

function insertAt(text: string, at: number, added: string): string {
  const before = text.slice(0, at);
  return `${withNewline(before)}${added}${text.slice(at)}`;
}

function splice(text: string, start: number, end: number, added: string): string {
  return text.slice(0, start) + added + text.slice(end);
}

function lines(path: readonly string[], value: Json, indent: number): string {
  return path
    .map((part, index) => {
      const end = index === path.length - 1 ? ` ${scalarText(value, false)}` : '';
      return `${' '.repeat(indent + 2 * index)}${scalarText(part, false)}:${end}\n`;
    })
    .join('');
}

function flow([part, ...rest]: readonly string[], value: Json): string {
  const inner = rest.length === 0 ? scalarText(value, true) : `{ ${flow(rest, value)} }`;
  return `${scalarText(part ?? '', true)}: ${inner}`;
}
