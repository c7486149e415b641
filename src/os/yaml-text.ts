import { isObject, type Json } from './json.ts';
import { readYaml } from './yaml.ts';
import type { YamlNode } from './yaml-places.ts';

/** Pieces of YAML as text: what is written by hand is moved as it stands, what is new is spelled in the shortest way. */

/** A scalar in its shortest safe spelling. */
export function scalarText(value: Json, inFlow: boolean): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const plain = /^[A-Za-z0-9_./][A-Za-z0-9_./:@+ -]*$/.test(value) && !/: |\s#|[\s:]$|^\d{4}-\d/.test(value); // others read a date as one
  const read = plain && !(inFlow && /[:{}[\],]/.test(value)) ? readYaml(value) : undefined;
  return read?.ok === true && read.source.value === value ? value : JSON.stringify(value);
}

/** A value on one line. */
export function flowText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (!isObject(value)) return scalarText(value, true);
  const members = Object.entries(value) as [string, Json][];
  if (members.length === 0) return '{}';
  return `{ ${members.map(([key, member]) => `${scalarText(key, true)}: ${flowText(member)}`).join(', ')} }`;
}

/** Offset behind the newline that ends the line of `offset`. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Column of an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

export function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Every line that is not blank moved to the right. */
export function indented(text: string, by: number): string {
  return text.replace(/^(?=.*\S)/gm, ' '.repeat(by));
}

/** Every line moved to the left by what all have in common. */
export function dedented(text: string): string {
  const depths = text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [line.length - line.trimStart().length]));
  const by = Math.min(...depths);
  return depths.length === 0 ? text : text.replace(new RegExp(`^ {0,${by}}`, 'gm'), '');
}

/** Offset behind the last character of a node; behind its key where it has no value. */
export function endOf(text: string, node: YamlNode): number {
  const own = Math.max(node.span.end, node.key?.end ?? 0);
  if (node.kind === 'scalar' || node.kind === 'lines') return own;
  let end = own;
  for (const child of node.children.values()) end = Math.max(end, endOf(text, child));
  return node.kind === 'flow' ? closing(text, end) : end;
}

/** Offset behind the bracket that closes a collection whose last part ends at `from`. */
function closing(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    at = text[at] === '#' && /\s/.test(text[at - 1] ?? '') ? lineEnd(text, at) : at + 1;
  }
  return at + 1;
}

/** `text` begins with its `#`. `alone`: nothing else stands on the line. */
export type Comment = { readonly start: number; readonly text: string; readonly alone: boolean };

/** The comments of an accepted text, in its order. */
export function commentsIn(text: string, top: YamlNode | undefined): readonly Comment[] {
  const scalars = scalarsOf(top).sort((a, b) => a.start - b.start);
  const found: Comment[] = [];
  let next = 0;
  for (let at = 0; at < text.length; at++) {
    while ((scalars[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    const scalar = scalars[next];
    if (scalar !== undefined && at >= scalar.start) {
      at = Math.max(at, scalar.end - 1);
      continue;
    }
    if (text[at] !== '#' || (at > 0 && !/\s/.test(text[at - 1] ?? ''))) continue;
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const alone = text.slice(lineStart(text, at), at).trim() === '';
    found.push({ start: at, text: text.slice(at, end).trimEnd(), alone });
    at = end;
  }
  return found;
}

function scalarsOf(node: YamlNode | undefined): { start: number; end: number }[] {
  if (node === undefined) return [];
  const own = (node.kind === 'scalar' || node.kind === 'lines') && node.span.start >= 0 ? [node.span] : [];
  const key = node.key === undefined ? [] : [node.key];
  return [...key, ...own, ...[...node.children.values()].flatMap(scalarsOf)];
}

/**
 * Offset behind the lines that belong to a member of a block mapping: those of its value, and comments below it that
 * stand further right than its key.
 */
export function memberEnd(text: string, node: YamlNode): number {
  const column = columnOf(text, node.key?.start ?? node.span.start);
  const last = endOf(text, node);
  let end = text[last - 1] === '\n' ? last : lineEnd(text, last);
  for (let at = end; at < text.length; at = lineEnd(text, at)) {
    const line = text.slice(at, lineEnd(text, at));
    if (line.trim() === '') continue;
    if (!line.trimStart().startsWith('#') || line.length - line.trimStart().length <= column) break;
    end = lineEnd(text, at);
  }
  return end;
}
