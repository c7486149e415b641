import { isObject, type Json } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { resolveRef } from './fields.ts';

/** The JSON types as JSON Schema names them; `integer` is told apart, and a `number` may always be an integer. */
export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

const ALL: readonly JsonType[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const MAX_DEPTH = 12;
const MAX_BRANCHES = 200;

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'boolean' | 'string' | 'object';
}

/** Types a value of this schema may have; `undefined` when the schema does not say. */
export function typesOf(root: JsonSchema, schema: JsonSchema): ReadonlySet<JsonType> | undefined {
  return read(root, schema, MAX_DEPTH, { left: MAX_BRANCHES });
}

type TypeSet = ReadonlySet<JsonType> | undefined;
type Budget = { left: number };

function read(root: JsonSchema, schema: JsonSchema, depth: number, budget: Budget): ReadonlySet<JsonType> | undefined {
  if (depth === 0 || budget.left-- <= 0) return undefined;
  const stated = statedTypes(schema);
  const target = typeof schema.$ref === 'string' ? resolveRef(root, schema.$ref) : undefined;
  const referred = target === undefined ? undefined : read(root, target, depth - 1, budget);
  const either = [schema.anyOf, schema.oneOf].map((list) => unionOf(root, list, depth, budget));
  const every = (Array.isArray(schema.allOf) ? schema.allOf : []).map((part) =>
    isObject(part) ? read(root, part as JsonSchema, depth - 1, budget) : undefined,
  );
  return [stated, referred, ...either, ...every].reduce(shared);
}

/** What both allow; a schema that does not say allows all. */
function shared(a: TypeSet, b: TypeSet): TypeSet {
  if (a === undefined || b === undefined) return a ?? b;
  return new Set([...a].filter((type) => b.has(type)));
}

function unionOf(root: JsonSchema, list: Json | undefined, depth: number, budget: Budget) {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const all = new Set<JsonType>();
  for (const part of list) {
    const types = isObject(part) ? read(root, part as JsonSchema, depth - 1, budget) : undefined;
    if (types === undefined) return undefined;
    for (const type of types) all.add(type);
  }
  return all;
}

/** What `type`, `const` and `enum` of one schema node say. */
export function statedTypes(schema: JsonSchema): ReadonlySet<JsonType> | undefined {
  if (schema.const !== undefined) return new Set([typeOf(schema.const)]);
  if (Array.isArray(schema.enum)) return new Set(schema.enum.map(typeOf));
  const named = Array.isArray(schema.type) ? schema.type : [schema.type];
  const types = named.filter((type): type is JsonType => ALL.includes(type as JsonType));
  if (types.length === 0) return undefined;
  return new Set(types.includes('number') ? [...types, 'integer' as const] : types);
}

/** Whether no value can fit both schemas, judged by types alone; list items are compared too. */
export function cannotMeet(a: Rooted, b: Rooted, depth = 3): boolean {
  const left = typesOf(a.root, a.schema);
  const right = typesOf(b.root, b.schema);
  if (left === undefined || right === undefined) return false;
  const shared = [...left].filter((type) => right.has(type));
  if (shared.length === 0) return true;
  if (depth === 0 || shared.some((type) => type !== 'array')) return false;
  const items = { a: a.schema.items, b: b.schema.items };
  if (!isObject(items.a) || !isObject(items.b)) return false;
  return cannotMeet(
    { root: a.root, schema: items.a as JsonSchema },
    { root: b.root, schema: items.b as JsonSchema },
    depth - 1,
  );
}

/** A schema with the document its `$ref`s are read in. */
export type Rooted = { readonly root: JsonSchema; readonly schema: JsonSchema };

/** `a string`, `a number or null`: types for a message. */
export function showTypes(root: JsonSchema, schema: JsonSchema): string {
  const types = [...(typesOf(root, schema) ?? [])];
  const plain = types.includes('number') ? types.filter((type) => type !== 'integer') : types;
  const items = schema.items;
  return plain
    .map((type) => (type === 'array' && isObject(items) ? listOf(items as JsonSchema) : named(type)))
    .join(' or ');
}

function listOf(items: JsonSchema): string {
  const [type] = statedTypes(items) ?? [];
  return type === undefined ? 'a list' : `a list of ${type === 'integer' ? 'number' : type}s`;
}

function named(type: JsonType): string {
  if (type === 'null') return 'null';
  if (type === 'array') return 'a list';
  return type === 'integer' || type === 'object' ? `an ${type}` : `a ${type}`;
}
