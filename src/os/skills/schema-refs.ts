import { getPath, isObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { refPath } from '../schema-ref.ts';
import type { KeyPath } from '../yaml-places.ts';

export type SchemaProblem = { readonly path: KeyPath; readonly message: string; readonly fix: string };

/** Keywords whose schemas look at the same value as the schema they stand in. */
const SAME_VALUE_ONE = ['not', 'if', 'then', 'else'];
const SAME_VALUE_LIST = ['allOf', 'anyOf', 'oneOf'];
const SAME_VALUE_NAMED = ['dependentSchemas', 'dependencies'];

/** The most schemas one value may have to be checked against: references that fan out multiply. */
export const MAX_CHECKS = 10_000;

/**
 * What makes checking a value endless, or nearly so: a reference that is not local or leads nowhere, one that leads back
 * to itself without entering the value, references that multiply. `undefined` when there is nothing of the kind.
 */
export function findRunaway(schema: JsonSchema): SchemaProblem | undefined {
  const starts: KeyPath[] = [[]];
  for (const [path, ref] of refsOf(schema)) {
    if (!ref.startsWith('#')) {
      const fix = 'Put the schema under "$defs" and write "#/$defs/<name>".';
      return { path: [...path, '$ref'], message: `"${ref}" leads out of this file`, fix };
    }
    if (pathOf(schema, ref) === undefined) {
      return { path: [...path, '$ref'], message: `"${ref}" leads nowhere`, fix: 'Name a part of "$defs".' };
    }
    starts.push(path);
  }
  const walk: Walk = { schema, above: new Set(), checks: new Map(), problem: undefined };
  for (const path of starts) countChecks(path, walk);
  return walk.problem;
}

type Walk = {
  readonly schema: JsonSchema;
  /** Schemas on the way here. */
  readonly above: Set<string>;
  /** Schemas done, with the number of schemas a value is checked against there. */
  readonly checks: Map<string, number>;
  problem: SchemaProblem | undefined;
};

function countChecks(path: KeyPath, walk: Walk): number {
  const key = JSON.stringify(path.map(String));
  const known = walk.checks.get(key);
  if (known !== undefined || walk.problem !== undefined) return known ?? 0;
  if (walk.above.has(key)) {
    const message = 'this schema refers to itself without entering the value';
    walk.problem = { path, message, fix: 'Let the reference stand under "properties" or "items".' };
    return 0;
  }
  walk.above.add(key);
  let checks = 1;
  for (const next of sameValue(walk.schema, path)) checks += countChecks(next, walk);
  walk.above.delete(key);
  walk.checks.set(key, checks);
  if (checks > MAX_CHECKS && walk.problem === undefined) {
    const message = `references multiply to more than ${MAX_CHECKS} checks of one value`;
    walk.problem = { path, message, fix: 'Refer to each definition once.' };
  }
  return checks;
}

/** Paths of the schemas that look at the same value as the one at `path`. */
function sameValue(schema: JsonSchema, path: KeyPath): KeyPath[] {
  const node = getPath(schema, path);
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
  const path = refPath(ref);
  return path !== undefined && isObject(getPath(schema, path)) ? path : undefined;
}
