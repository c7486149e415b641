import Type from 'typebox';
import { getPath, isObject, type Json } from '../../../os/json.ts';

/** The argument that says which part is looked at. */
export const AT = Type.Optional(
  Type.String({ minLength: 1, description: 'Dot path of the part that is looked at; all of it if absent.' }),
);
export const NOT = Type.Optional(Type.Boolean({ description: 'Whether it must not be so.' }));
export const IGNORE_CASE = Type.Optional(Type.Boolean({ description: 'Whether capitals make no difference.' }));

/** The part of `value` at a dot path; `undefined` when it is not there. */
export function partAt(value: Json | undefined, at: string | undefined): Json | undefined {
  return at === undefined ? value : (getPath(value, at.split('.')) as Json | undefined);
}

/** What is expected of the part at `at`: the same part where the case expects a mapping or a list, else all of it. */
export function expectedAt(expected: Json | undefined, at: string | undefined): Json | undefined {
  return typeof expected === 'object' && expected !== null ? partAt(expected, at) : expected;
}

/** A value, or the only member of a mapping that has one: a result `{ text: … }` is looked at as its text. */
export function bare(value: Json): Json {
  if (!isObject(value)) return value;
  const [only, ...more] = Object.values(value) as Json[];
  return only !== undefined && more.length === 0 && (typeof only !== 'object' || only === null) ? only : value;
}

/** A text as it is; of anything else all texts, numbers and truth values in it, one on each line. */
export function textOf(value: Json): string {
  const found: string[] = [];
  const stack: Json[] = [value];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') found.push(next);
    else if (typeof next === 'object' && next !== null) for (const one of members(next).reverse()) stack.push(one);
    else if (next !== null) found.push(String(next));
  }
  return found.join('\n');
}

const members = (value: object): Json[] => Object.values(value);

const SHOWN = 200;

/** A value in a message: JSON, of a long one the beginning. */
export function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN).toWellFormed()}…`;
}

/** Score of what either is so or is not. */
export function yesNo(holds: boolean, not: unknown, why: string): { readonly score: number; readonly why?: string } {
  return holds !== (not === true) ? { score: 1 } : { score: 0, why: not === true ? `must not be so: ${why}` : why };
}

/** Why there is nothing to look at. */
export function absent(at: string | undefined): { readonly score: 0; readonly why: string } {
  return { score: 0, why: at === undefined ? 'there is nothing' : `there is no "${at}"` };
}
