import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { withNote } from './schema-walk.ts';

/**
 * The strict form of a schema: closed objects, every property required, nothing but types, enums, lists, objects and
 * choices. It comes with the two functions between values of the original and values on the wire.
 *
 *  S1 `undo(encode(value))` equals `value` for every value of the original that has no undeclared property and no `__proto__`.
 *  S2 An optional property is null on the wire when it is left out. One that may itself be null is text (S3) or null.
 *  S3 What the strict form cannot say (open maps, any value, tuples, choices that a value does not tell apart, parts
 *     beyond the limits) is a string that holds the value as JSON text.
 *  S4 `undo` takes any value whatever; what is not of the wire form is left as it is.
 */
export type StrictForm = {
  readonly wire: JsonSchema;
  /** JSON types of the values `wire` takes. */
  readonly wireTypes: ReadonlySet<string>;
  /** JSON types of the values of the original. */
  readonly types: ReadonlySet<string>;
  /** Whether both functions return every value as it is. */
  readonly same: boolean;
  encode(value: Json): Json;
  undo(value: unknown): unknown;
};

const SCALARS = ['string', 'number', 'boolean', 'null'];
const ALL_TYPES: ReadonlySet<string> = new Set([...SCALARS, 'array', 'object']);

/** The strict form of a schema that has been inlined and brought to plain keywords. `depth` = levels left. */
export function strictForm(schema: Json, depth: number): StrictForm {
  if (!isObject(schema) || depth <= 0) return asText(schema);
  const node = schema as JsonObject;
  const words = typeof node.description === 'string' ? { description: node.description } : {};
  if (node.const !== undefined) return scalars([node.const], words) ?? asText(schema);
  if (Array.isArray(node.enum)) return scalars(node.enum, words) ?? asText(schema);
  if (Array.isArray(node.anyOf)) {
    const alone = Object.keys(node).every((keyword) => keyword === 'anyOf' || keyword === 'description');
    return (alone ? choice(node.anyOf, words, depth) : undefined) ?? asText(schema);
  }
  if (Array.isArray(node.type)) {
    const types = node.type;
    if (types.every((type) => isScalarType(type))) return typed(types as string[], words);
    return (
      choice(
        types.map((type) => ({ ...node, type })),
        words,
        depth,
      ) ?? asText(schema)
    );
  }
  if (node.type === 'object') return object(node, words, depth) ?? asText(schema);
  if (node.type === 'array') return list(node, words, depth);
  return isScalarType(node.type) ? typed([node.type as string], words) : asText(schema);
}

function isScalarType(type: Json | undefined): boolean {
  return type === 'integer' || (typeof type === 'string' && SCALARS.includes(type));
}

const same = { same: true, encode: (value: Json) => value, undo: (value: unknown) => value } as const;

function typed(types: readonly string[], words: JsonSchema): StrictForm {
  const set = new Set(types.map((type) => (type === 'integer' ? 'number' : type)));
  const [only] = types;
  return {
    wire: { type: types.length === 1 && only !== undefined ? only : [...types], ...words },
    wireTypes: set,
    types: set,
    ...same,
  };
}

function scalars(values: readonly Json[], words: JsonSchema): StrictForm | undefined {
  if (values.some((value) => typeof value === 'object' && value !== null)) return undefined;
  const types = [...new Set(values.map(typeOf))];
  const form = typed(types, words);
  return { ...form, wire: { ...form.wire, enum: [...values] } };
}

function list(node: JsonObject, words: JsonSchema, depth: number): StrictForm {
  const items = strictForm(node.items ?? {}, depth - 1);
  return {
    wire: { type: 'array', items: items.wire, ...words },
    wireTypes: new Set(['array']),
    types: new Set(['array']),
    same: items.same,
    encode: (value) => (Array.isArray(value) ? value.map(items.encode) : value),
    undo: (value) => (Array.isArray(value) ? value.map(items.undo) : value),
  };
}

type Member = { readonly form: StrictForm; readonly optional: boolean };

function object(node: JsonObject, words: JsonSchema, depth: number): StrictForm | undefined {
  const properties = isObject(node.properties) ? (node.properties as JsonObject) : {};
  const required = Array.isArray(node.required) ? node.required.map(String) : [];
  const names = [...new Set([...Object.keys(properties), ...required])];
  const open = node.additionalProperties ?? true;
  // A map is named by its values; only an object that declares properties may be closed.
  if (isObject(open) || (open === true && names.length === 0)) return undefined;
  const members = new Map(
    names.map((name): [string, Member] => {
      const schema = Object.hasOwn(properties, name) ? (properties[name] ?? {}) : {};
      const optional = !required.includes(name);
      return [name, { form: member(schema, optional, depth - 1), optional }];
    }),
  );
  const wire: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries([...members].map(([name, { form }]) => [name, form.wire])),
    required: names,
    additionalProperties: false,
    ...words,
  };
  return {
    wire,
    wireTypes: new Set(['object']),
    types: new Set(['object']),
    same: [...members.values()].every(({ form, optional }) => form.same && !optional),
    encode: (value) => (isObject(value) ? encodeMembers(value as JsonObject, members) : value),
    undo: (value) => (isObject(value) ? undoMembers(value, members) : value),
  };
}

/** The form of one property's value when it is there; `wire` also takes null when it may be left out. */
function member(schema: Json, optional: boolean, depth: number): StrictForm {
  const form = strictForm(schema, depth);
  if (!optional) return form;
  const told = form.wireTypes.has('null') ? asText(schema) : form;
  return { ...told, wire: orNull(told.wire) };
}

function orNull(wire: JsonSchema): JsonSchema {
  const { description, ...rest } = wire;
  if (rest.anyOf !== undefined) return { ...wire, anyOf: [...(rest.anyOf as Json[]), { type: 'null' }] };
  if (rest.type === 'object' || rest.type === 'array') {
    return { anyOf: [rest, { type: 'null' }], ...(description === undefined ? {} : { description }) };
  }
  const types = Array.isArray(rest.type) ? rest.type : [rest.type ?? 'string'];
  const values = Array.isArray(rest.enum) ? { enum: [...rest.enum, null] } : {};
  return { ...wire, type: [...types, 'null'], ...values };
}

function encodeMembers(value: JsonObject, members: ReadonlyMap<string, Member>): JsonObject {
  const declared = [...members].map(([name, { form }]): [string, Json] => [
    name,
    Object.hasOwn(value, name) ? form.encode(value[name] as Json) : null,
  ]);
  const others = Object.entries(value).filter(([name]) => !members.has(name));
  return Object.fromEntries([...declared, ...others]);
}

function undoMembers(value: Record<string, unknown>, members: ReadonlyMap<string, Member>): Record<string, unknown> {
  const back = Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
    const known = members.get(name);
    if (known === undefined) return [[name, one]];
    return known.optional && one === null ? [] : [[name, known.form.undo(one)]];
  });
  return Object.fromEntries(back);
}

/** A choice whose branches a value tells apart by its JSON type, or whose branches all leave values as they are. */
function choice(branches: readonly Json[], words: JsonSchema, depth: number): StrictForm | undefined {
  const forms = branches.map((branch) => strictForm(branch, depth));
  const plain = forms.every((form) => form.same);
  if (!plain && !(disjoint(forms.map((form) => form.types)) && disjoint(forms.map((form) => form.wireTypes))))
    return undefined;
  const of = (key: 'types' | 'wireTypes', value: unknown) => forms.find((form) => form[key].has(typeOf(value)));
  return {
    wire: { anyOf: forms.map((form) => form.wire), ...words },
    wireTypes: union(forms.map((form) => form.wireTypes)),
    types: union(forms.map((form) => form.types)),
    ...(plain
      ? same
      : {
          same: false,
          encode: (value: Json) => of('types', value)?.encode(value) ?? value,
          undo: (value: unknown) => {
            const form = of('wireTypes', value);
            return form === undefined ? value : form.undo(value);
          },
        }),
  };
}

function asText(schema: Json): StrictForm {
  const shown = JSON.stringify(schema);
  const note = `JSON text of a value of the schema ${shown.length <= 2000 ? shown : `${shown.slice(0, 2000)}…`}`;
  return {
    wire: withNote({ type: 'string' }, note),
    wireTypes: new Set(['string']),
    types: ALL_TYPES,
    same: false,
    encode: (value) => JSON.stringify(value),
    undo: (value) => {
      if (typeof value !== 'string') return value;
      const parsed = parseJson(value);
      return parsed.ok ? parsed.value : value;
    },
  };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function disjoint(sets: readonly ReadonlySet<string>[]): boolean {
  return union(sets).size === sets.reduce((sum, set) => sum + set.size, 0);
}

function union(sets: readonly ReadonlySet<string>[]): Set<string> {
  return new Set(sets.flatMap((set) => [...set]));
}
