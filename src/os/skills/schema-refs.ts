import { isObject, type Json } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import type { KeyPath } from './yaml-places.ts';

export type SchemaProblem = { readonly path: KeyPath; readonly message: string; readonly fix: string };

/** Keywords whose schemas look at the same value as the schema they stand in. */
const SAME_VALUE_ONE = ['not', 'if', 'then', 'else'];
const SAME_VALUE_LIST = ['allOf', 'anyOf', 'oneOf'];
const SAME_VALUE_NAMED = ['dependentSchemas', 'dependencies'];

/**
 * A reference that is not local, leads nowhere, or leads back to itself without entering the value (checking a value
 * would never end); `undefined` when there is none.
 */
export function findLoop(schema: JsonSchema): SchemaProblem | undefined {
  const done = new Set<string>();
  const stack: KeyPath[] = [[]];
  for (const [path, ref] of refsOf(schema)) {
    if (!ref.startsWith('#')) {
      const fix = 'Put the schema under "$defs" and write "#/$defs/<name>".';
      return { path: [...path, '$ref'], message: `"${ref}" leads out of this file`, fix };
    }
    if (pathOf(schema, ref) === undefined) {
      return { path: [...path, '$ref'], message: `"${ref}" leads nowhere`, fix: 'Name a part of "$defs".' };
    }
    stack.push(path);
  }
  for (const path of stack) {
    const loop = follow(schema, path, new Set(), done);
    if (loop !== undefined) return loop;
  }
  return undefined;
}

function follow(schema: JsonSchema, path: KeyPath, above: Set<string>, done: Set<string>): SchemaProblem | undefined {
  const key = JSON.stringify(path.map(String));
  if (above.has(key)) {
    const message = 'this schema refers to itself without entering the value';
    return { path, message, fix: 'Let the reference stand under "properties" or "items".' };
  }
  if (done.has(key)) return undefined;
  above.add(key);
  for (const next of sameValue(schema, path)) {
    const loop = follow(schema, next, above, done);
    if (loop !== undefined) return loop;
  }
  above.delete(key);
  done.add(key);
  return undefined;
}

/** Paths of the schemas that look at the same value as the one at `path`. */
function sameValue(schema: JsonSchema, path: KeyPath): KeyPath[] {
  const node = valueAt(schema, path);
  if (!isObject(node)) return [];
  const found: KeyPath[] = [];
  if (typeof node.$ref === 'string') found.push(pathOf(schema, node.$ref) ?? []);
  for (const key of SAME_VALUE_ONE) if (isObject(node[key])) found.push([...path, key]);
  for (const key of SAME_VALUE_LIST) {
    const list = node[key];
    if (Array.isArray(list)) found.push(...list.map((_, index) => [...path, key, index]));
  }
  for (const key of SAME_VALUE_NAMED) {
    const named = node[key];
    if (isObject(named)) found.push(...Object.keys(named).map((name) => [...path, key, name]));
  }
  return found;
}

/** Every `$ref` with the path of the schema it stands in. */
function* refsOf(value: unknown, path: KeyPath = []): Iterable<[KeyPath, string]> {
  if (typeof value !== 'object' || value === null) return;
  if (isObject(value) && typeof value.$ref === 'string') yield [path, value.$ref];
  for (const [key, child] of Object.entries(value)) yield* refsOf(child, [...path, key]);
}

/** The path a local reference names; `undefined` when there is no schema. */
function pathOf(schema: JsonSchema, ref: string): KeyPath | undefined {
  if (ref === '#') return [];
  if (!ref.startsWith('#/')) return undefined;
  const path = decode(ref.slice(2))
    ?.split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return path !== undefined && isObject(valueAt(schema, path)) ? path : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function valueAt(schema: JsonSchema, path: KeyPath): Json | undefined {
  let value: Json | undefined = schema;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, Json>)[key];
  }
  return value;
}
