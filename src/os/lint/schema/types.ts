import { isObject, type Json } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { isCompound, resolveRef } from './fields.ts';

/**
 * The JSON types a value may have, as bits: sets are compared for every field that is carried or guarded. Integers and
 * other numbers have a bit each, so that `number` is both.
 */
export type TypeSet = number;

const INTEGER = 1;
const FRACTION = 2;
const ARRAY = 16;
const BITS: Readonly<Record<string, TypeSet>> = {
  integer: INTEGER,
  number: INTEGER | FRACTION,
  boolean: 4,
  string: 8,
  array: ARRAY,
  object: 32,
  null: 64,
};

/** Every type: what a schema that does not say allows. */
export const ANY_TYPE: TypeSet = 127;

const MAX_DEPTH = 12;
const MAX_BRANCHES = 200;

export function typeOf(value: Json): TypeSet {
  if (value === null) return BITS.null ?? 0;
  if (Array.isArray(value)) return ARRAY;
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : FRACTION;
  return BITS[typeof value] ?? 0;
}

/** The set of these type names; unknown names are left out. */
export function typeSet(names: readonly unknown[]): TypeSet {
  return names.reduce<TypeSet>((all, name) => all | (BITS[String(name)] ?? 0), 0);
}

/** What `type`, `const` and `enum` of one schema node say. */
export function statedTypes(schema: JsonSchema): TypeSet {
  const { const: constant, enum: values, type } = schema;
  if (constant !== undefined) return typeOf(constant);
  if (Array.isArray(values)) return values.reduce<TypeSet>((all, value) => all | typeOf(value), 0);
  if (type === undefined) return ANY_TYPE;
  return (Array.isArray(type) ? typeSet(type) : typeSet([type])) || ANY_TYPE;
}

/** Types a value of this schema may have, references and combinations followed. */
export function typesOf(root: JsonSchema, schema: JsonSchema): TypeSet {
  return isCompound(schema) ? read(root, schema, MAX_DEPTH, { left: MAX_BRANCHES }) : statedTypes(schema);
}

type Budget = { left: number };

function read(root: JsonSchema, schema: Json | undefined, depth: number, budget: Budget): TypeSet {
  if (!isObject(schema) || depth === 0 || budget.left-- <= 0) return ANY_TYPE;
  const node = schema as JsonSchema;
  const target = typeof node.$ref === 'string' ? resolveRef(root, node.$ref) : undefined;
  const each = (list: Json | undefined) =>
    Array.isArray(list) ? list.map((part) => read(root, part, depth - 1, budget)) : [];
  const either = [each(node.anyOf), each(node.oneOf)].filter((types) => types.length > 0);
  const both = [read(root, target, depth - 1, budget), ...each(node.allOf), ...either.map(union)];
  return both.reduce((all, types) => all & types, statedTypes(node));
}

function union(types: readonly TypeSet[]): TypeSet {
  return types.reduce((all, one) => all | one, 0);
}

/** A schema with the document its `$ref`s are read in. */
export type Rooted = { readonly root: JsonSchema; readonly schema: JsonSchema };

/** Whether no value can fit both schemas, judged by types alone; list items are compared too. */
export function cannotMeet(a: Rooted, b: Rooted, depth = 3): boolean {
  const shared = typesOf(a.root, a.schema) & typesOf(b.root, b.schema);
  if (shared === 0) return true;
  if (depth === 0 || shared !== ARRAY) return false;
  const items = { a: a.schema.items, b: b.schema.items };
  if (!isObject(items.a) || !isObject(items.b)) return false;
  return cannotMeet(
    { root: a.root, schema: items.a as JsonSchema },
    { root: b.root, schema: items.b as JsonSchema },
    depth - 1,
  );
}

/** The plain names in a set: `number` stands for both kinds of it. */
export function typeNames(types: TypeSet): readonly string[] {
  const names = Object.keys(BITS).filter((name) => ((BITS[name] ?? 0) & types) === BITS[name]);
  if (names.includes('number')) return names.filter((name) => name !== 'integer');
  return (types & FRACTION) === 0 ? names : ['number', ...names];
}

/** `a string`, `a number or null`: types for a message. */
export function showTypes(root: JsonSchema, schema: JsonSchema): string {
  const { items } = schema;
  return typeNames(typesOf(root, schema))
    .map((name) => (name === 'array' && isObject(items) ? listOf(items as JsonSchema) : named(name)))
    .join(' or ');
}

function listOf(items: JsonSchema): string {
  const types = statedTypes(items);
  const [name] = typeNames(types);
  return types === ANY_TYPE || name === undefined ? 'a list' : `a list of ${name === 'integer' ? 'number' : name}s`;
}

function named(name: string): string {
  if (name === 'null') return 'null';
  if (name === 'array') return 'a list';
  return name === 'integer' || name === 'object' ? `an ${name}` : `a ${name}`;
}
