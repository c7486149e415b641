import { isObject, type Json } from '../../os/json.ts';
import { clean } from '../output.ts';

/**
 * A value as a person reads it: text plainly, lists as bullets, members as `name: value`, what nests deeper indented.
 * Always ends with a newline. For reading only; programs use `--json`.
 */
export function readable(value: Json): string {
  if (isObject(value)) {
    const [only, ...more] = Object.values(value) as Json[];
    if (only !== undefined && more.length === 0 && typeof only === 'string') return `${clean(only).trimEnd()}\n`;
  }
  return `${linesOf(value).join('\n')}\n`;
}

function linesOf(value: Json): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['(none)'] : value.flatMap(bullet);
  if (isObject(value)) {
    const members = Object.entries(value) as [string, Json][];
    return members.length === 0 ? ['(empty)'] : members.flatMap(([name, member]) => entry(clean(name), member));
  }
  return textOf(value).split('\n');
}

function bullet(item: Json): string[] {
  const [first = '', ...rest] = linesOf(item);
  return [`- ${first}`, ...rest.map(indented)];
}

function entry(name: string, value: Json): string[] {
  const lines = linesOf(value);
  const nested = (Array.isArray(value) && value.length > 0) || (isObject(value) && Object.keys(value).length > 0);
  if (!nested && lines.length === 1) return [`${name}: ${lines[0]}`];
  return [`${name}:`, ...lines.map(indented)];
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? clean(value).trimEnd() : String(value);
}
