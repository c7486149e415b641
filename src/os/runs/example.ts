import { isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { referred as leadsTo } from '../schema-ref.ts';

/** Levels of a schema that refers to itself which an example goes down. */
const MAX_LEVELS = 8;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  time: '12:00:00Z',
  'date-time': '2026-01-31T12:00:00Z',
  duration: 'P1D',
  email: 'ada@example.org',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.org/',
  'uri-reference': '/a',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * A value of the schema's shape, for a person who has to write one. It fits as far as types, bounds, enums, formats and
 * references within the schema say what fits; a `pattern` may still refuse it.
 */
export function exampleOf(schema: JsonSchema): Json {
  return example(schema, schema, MAX_LEVELS);
}

function example(schema: JsonSchema, root: JsonSchema, levels: number): Json {
  const { default: given, const: fixed, enum: choices, examples } = schema;
  if (given !== undefined) return given;
  if (fixed !== undefined) return fixed;
  const [first] = [choices, examples].flatMap((list) => (Array.isArray(list) ? list : []));
  if (first !== undefined) return first;
  const other = referred(schema, root);
  if (other !== undefined) return levels === 0 ? null : example(other, root, levels - 1);
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, root, levels);
    case 'array': {
      const items = isObject(schema.items) ? (schema.items as JsonObject) : {};
      const count = Math.min(Math.max(amount(schema.minItems, 1), 1), amount(schema.maxItems, 100), 100);
      return levels === 0 ? [] : Array.from({ length: count }, () => example(items, root, levels - 1));
    }
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'string':
      return textOf(schema);
    default:
      return null;
  }
}

/** What a `$ref` within the schema, or the first of several alternatives, stands for. */
function referred({ $ref, anyOf, oneOf, allOf }: JsonSchema, root: JsonSchema): JsonSchema | undefined {
  if (typeof $ref === 'string') {
    const found = leadsTo(root, $ref);
    return isObject(found) ? (found as JsonObject) : {};
  }
  const [first] = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return isObject(first) ? (first as JsonObject) : undefined;
}

function typeOf({ type, properties, items }: JsonSchema): Json | undefined {
  if (type !== undefined) return Array.isArray(type) ? type[0] : type;
  if (isObject(properties)) return 'object';
  return items === undefined ? undefined : 'array';
}

/** Every property on the first level, so that a person sees what there is; deeper down only those that must be there. */
function objectOf({ properties, required }: JsonSchema, root: JsonSchema, levels: number): Json {
  const needed = Array.isArray(required) ? required : [];
  const shown = Object.entries(isObject(properties) ? (properties as Record<string, JsonObject>) : {}).filter(
    ([name]) => levels > MAX_LEVELS - 2 || needed.includes(name),
  );
  return Object.fromEntries(shown.map(([name, property]) => [name, example(property, root, Math.max(0, levels - 1))]));
}

function numberOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): number {
  const step = type === 'integer' ? 1 : 0.5;
  const low =
    typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : amount(minimum, Number.NEGATIVE_INFINITY);
  const high =
    typeof exclusiveMaximum === 'number' ? exclusiveMaximum - step : amount(maximum, Number.POSITIVE_INFINITY);
  return Math.min(Math.max(1, low), high);
}

function textOf({ format, minLength, maxLength }: JsonSchema): string {
  const text = typeof format === 'string' ? (FORMATS[format] ?? '…') : '…';
  const least = Math.min(amount(minLength, 0), 200);
  return text.padEnd(least, '…').slice(0, Math.max(least, amount(maxLength, Number.POSITIVE_INFINITY)));
}

function amount(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
