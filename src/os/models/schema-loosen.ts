import { isObject, type Json, type JsonObject, MAX_DEPTH } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { referred } from '../schema-ref.ts';
import { mapSubschemas, withNote } from './schema-walk.ts';

/**
 * Steps that loosen a schema: what fits before fits after. What a step takes away is put into words, so that the model
 * still reads it; the original schema is what decides.
 */

/** References may multiply a schema without bound; beyond this many subschemas the rest is left open. */
const MAX_SUBSCHEMAS = 5000;
const IDENTITY = ['$schema', '$id', '$anchor', '$comment', '$defs', 'definitions'];

/** Replaces each `$ref` by what it points to. One that leads back to itself, or out of the schema, is left open. */
export function inlineRefs(root: JsonSchema): JsonSchema {
  const refStandsAlone = typeof root.$schema === 'string' && root.$schema.includes('draft-07');
  let count = 0;
  const expand = (schema: Json, trail: readonly string[], depth: number): Json => {
    if (!isObject(schema)) return schema;
    if (++count > MAX_SUBSCHEMAS || depth > MAX_DEPTH) return withNote({}, 'any value');
    const { $ref, ...rest } = withoutNegatedRefs(without(schema as JsonObject, IDENTITY));
    if (typeof $ref !== 'string') return mapSubschemas(rest, (one) => expand(one, trail, depth + 1));
    const words = Object.fromEntries(Object.entries(rest).filter(([keyword]) => WORDS.includes(keyword)));
    const target = referred(root, $ref);
    if (target === undefined || trail.includes($ref)) return withNote(words, `as in ${$ref}`);
    const inlined = expand(target, [...trail, $ref], depth + 1);
    if (!isObject(inlined)) return inlined;
    const others = refStandsAlone ? {} : without(rest, WORDS);
    if (Object.keys(others).length === 0) return { ...(inlined as JsonObject), ...words };
    return { ...words, allOf: [inlined as JsonObject, expand(others, trail, depth + 1)] };
  };
  return expand(root, [], 0) as JsonSchema;
}

const WORDS = ['title', 'description'];

function without(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** Opening a reference below a negation would tighten the schema; such a negation is put into words. */
function withoutNegatedRefs(schema: JsonObject): JsonObject {
  const refers = (keyword: string) =>
    schema[keyword] !== undefined && JSON.stringify(schema[keyword]).includes('"$ref"');
  const negated = [...(refers('not') ? ['not'] : []), ...(refers('if') ? ['if', 'then', 'else'] : [])];
  const rest = negated.length === 0 ? schema : reworded(schema, (keyword) => negated.includes(keyword));
  if (!refers('oneOf') || rest.anyOf !== undefined) return rest;
  return { ...without(rest, ['oneOf']), anyOf: rest.oneOf ?? [] };
}

const BOUNDS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];
const LARGE = 1000;

/** Puts length bounds of 1000 and more into words: grammars unroll them, and some servers refuse. */
export function describeBounds(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const large = (keyword: string, value: Json) =>
    BOUNDS.includes(keyword) && typeof value === 'number' && value >= LARGE;
  return mapSubschemas(reworded(schema as JsonObject, large), describeBounds);
}

/** What every provider with structured output understands. */
const PLAIN = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'description',
];

/** Puts every keyword outside the common subset into words; `oneOf` becomes `anyOf`. */
export function describeKeywords(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const node = lifted(schema as JsonObject);
  const taken = (keyword: string, value: Json) => {
    if (keyword === 'anyOf') return node.type !== undefined; // beside `type` a choice only narrows
    if (keyword === 'items') return Array.isArray(value) || node.prefixItems !== undefined;
    if (keyword === 'additionalProperties') return node.patternProperties !== undefined;
    return !PLAIN.includes(keyword);
  };
  return mapSubschemas(reworded(node, taken), describeKeywords);
}

/** An only `allOf` takes the place of its parent; a `oneOf` without `anyOf` becomes one. */
function lifted(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  const only = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined;
  if (isObject(only) && Object.keys(rest).every((keyword) => WORDS.includes(keyword))) {
    return lifted({ ...(only as JsonObject), ...rest });
  }
  const { oneOf, ...others } = schema;
  return oneOf === undefined || others.anyOf !== undefined ? schema : { ...others, anyOf: oneOf };
}

/** The schema less the keywords `taken` names, which go into its description. */
function reworded(schema: JsonObject, taken: (keyword: string, value: Json) => boolean): JsonObject {
  const entries = Object.entries(schema);
  const gone = entries.filter(([keyword, value]) => taken(keyword, value));
  if (gone.length === 0) return schema;
  const kept = Object.fromEntries(entries.filter(([keyword, value]) => !taken(keyword, value)));
  return withNote(kept, gone.map(([keyword, value]) => `${keyword}: ${shown(value)}`).join(', '));
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`;
}
