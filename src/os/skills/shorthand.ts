import { isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { nearest } from '../suggest.ts';
import { member, type Part, refuse, wrongKind } from './part.ts';
import { schemaAt } from './schema-check.ts';
import { KEYWORDS, TYPES } from './schema-words.ts';
import { readTypeText } from './type-text.ts';

/**
 * Inline artifacts and output schemas: JSON Schema, or the shorthand, a mapping of fields to types. A field is a type
 * text (`"string[]"`), a mapping of its own, a list of one of these (`[{ title: string }]`), or JSON Schema. A `?`
 * behind the type text or the field's name makes it optional. Objects are closed to other fields.
 */
export function readInlineSchema(part: Part): JsonSchema | undefined {
  if (part.value === undefined) return undefined;
  if (!isObject(part.value)) {
    return wrongKind(part, 'a mapping of fields', 'Write fields, e.g. { title: string, points: "string[]" }.');
  }
  if (Object.keys(part.value).length === 0) {
    return refuse(part, 'format/empty-schema', 'the schema is empty', 'Name its fields, e.g. { title: string }.');
  }
  return readMapping(part, part.value as JsonObject, true);
}

/** As {@link readInlineSchema}, for a value that need not be an object: `"string[]"`, `[{ title: string }]`. */
export function readValueSchema(part: Part): JsonSchema | undefined {
  if (typeof part.value !== 'string' && !Array.isArray(part.value)) return readInlineSchema(part);
  const read = readField(part);
  if (read?.optional !== true) return read?.schema;
  return refuse(part, 'format/shorthand', 'only a field can be optional', 'Delete the "?".');
}

function readMapping(part: Part, value: JsonObject, top: boolean): JsonSchema | undefined {
  switch (formOf(value, top)) {
    case 'schema':
      return schemaAt(part);
    case 'both':
      return refuse(
        part,
        'format/ambiguous-schema',
        'this reads as JSON Schema and as fields',
        'Write JSON Schema with "type: object" and "properties".',
      );
    case 'fields':
      return readFields(part, value);
  }
}

function readFields(part: Part, value: JsonObject): JsonSchema | undefined {
  const properties: JsonObject = {};
  const required: string[] = [];
  let sound = true;
  for (const key of Object.keys(value)) {
    const name = key.endsWith('?') ? key.slice(0, -1).trim() : key;
    const field = readField(member(part, key));
    if (name === '' || Object.hasOwn(properties, name)) {
      refuse(member(part, key), 'format/shorthand', `the field "${name}" is there twice or has no name`, 'Rename it.');
      sound = false;
    }
    if (field === undefined) sound = false;
    else properties[name] = field.schema;
    if (field !== undefined && !field.optional && name === key) required.push(name);
  }
  return sound ? { type: 'object', properties, required, additionalProperties: false } : undefined;
}

function readField(part: Part): { schema: JsonSchema; optional: boolean } | undefined {
  const { value } = part;
  if (typeof value === 'string') {
    const type = readTypeText(value);
    if (type.ok) return type;
    return refuse(part, 'format/shorthand', type.message, type.fix);
  }
  if (Array.isArray(value)) {
    const [item] = value;
    if (value.length !== 1 || item === undefined) {
      const fix = 'Write [type] for a list of it, or "a | b" for one of several words.';
      return refuse(part, 'format/shorthand', 'a list of types has exactly one item', fix);
    }
    const items = readField(member(part, 0));
    if (items?.optional) {
      return refuse(part, 'format/shorthand', 'an item of a list cannot be optional', 'Put the "?" behind the field.');
    }
    return items && { schema: { type: 'array', items: items.schema }, optional: false };
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const schema = readMapping(part, value as JsonObject, false);
    return schema && { schema, optional: false };
  }
  return refuse(part, 'format/shorthand', 'this is not a type', 'Write a type, e.g. string, or a mapping of fields.');
}

/** Keywords that make a mapping a schema of something, when their value is of the right kind. */
const STRUCTURE: Readonly<Record<string, (value: Json) => boolean>> = {
  type: (value) => (typeof value === 'string' ? TYPES.includes(value) : Array.isArray(value)),
  properties: isObject,
  enum: Array.isArray,
  const: () => true,
  anyOf: Array.isArray,
  oneOf: Array.isArray,
  allOf: Array.isArray,
  $ref: (value) => typeof value === 'string' && value.startsWith('#'),
  $schema: (value) => typeof value === 'string' && value.includes('json-schema.org'),
};

/**
 * Whether a mapping is JSON Schema or fields in shorthand. `{ type: string, title: string }` is both, and nobody
 * guesses. A field's `{ type: string }` alone is a schema: one field named `type` would be an odd object.
 */
function formOf(value: JsonObject, top: boolean): 'schema' | 'fields' | 'both' {
  const keys = Object.keys(value);
  const structured = keys.some((key) => Object.hasOwn(STRUCTURE, key) && STRUCTURE[key]?.(value[key] as Json));
  if (!structured) return 'fields';
  const unknown = keys.filter((key) => !KEYWORDS.has(key) && key !== '$schema');
  const fields = Object.values(value).every(looksLikeType);
  if (fields && unknown.length === 0) return keys.length === 1 && !top ? 'schema' : 'both';
  if (fields) return 'fields';
  // Neither is sound: take the reading whose errors will help.
  const words = [...KEYWORDS.keys()];
  return unknown.every((key) => nearest(key, words) !== undefined) ? 'schema' : 'fields';
}

function looksLikeType(value: Json): boolean {
  if (typeof value === 'string') return readTypeText(value).ok;
  if (Array.isArray(value)) return value.length === 1 && looksLikeType(value[0] ?? null);
  return isObject(value) && Object.keys(value).length > 0;
}
