import { isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = ['items', 'additionalItems', 'additionalProperties', 'unevaluatedItems', 'unevaluatedProperties'];
const ONE_MORE = ['contains', 'propertyNames', 'not', 'if', 'then', 'else'];
const LIST = ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'];
const MAP = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'];

/** A schema with every direct subschema replaced by what `change` makes of it. */
export function mapSubschemas(schema: JsonSchema, change: (subschema: Json) => Json): JsonSchema {
  const changed = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (Array.isArray(value)) return [keyword, LIST.includes(keyword) ? value.map(change) : value];
    if (MAP.includes(keyword) && isObject(value)) {
      return [
        keyword,
        Object.fromEntries(Object.entries(value as JsonObject).map(([name, one]) => [name, change(one)])),
      ];
    }
    return [keyword, ONE.includes(keyword) || ONE_MORE.includes(keyword) ? change(value) : value];
  });
  return Object.fromEntries(changed);
}

/** A description with a note behind it. */
export function withNote(schema: JsonSchema, note: string): JsonSchema {
  const { description } = schema;
  return { ...schema, description: typeof description === 'string' ? `${description} (${note})` : `(${note})` };
}
