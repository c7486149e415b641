import { SCHEMA_STEPS } from '../config/schema.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { describeBounds, describeKeywords, inlineRefs } from './schema-loosen.ts';
import { type StrictForm, strictForm } from './schema-strict.ts';

/**
 * JSON Schema → what a provider takes, and values back. A provider says how far to go down this list; each step
 * includes those before it. The first three only loosen the schema, so values need no change; from `close_objects` on
 * `undo` reverts exactly what the wire form did. The original schema is what a value is checked against in the end.
 *
 *  - `inline_refs`       no `$ref`: the schema can stand inside another. OpenAI-compatible servers get this.
 *  - `describe_bounds`   length bounds of 1000 and more in words: servers that turn schemas into grammars.
 *  - `describe_keywords` only types, properties, items, anyOf and enums: providers with a small subset.
 *  - `close_objects`     the strict subset: closed objects, every property required, optional ones nullable.
 *  - `limit_size`        at most {@link STRICT_LIMITS}; what goes beyond is JSON text in a string.
 *  - `object_root`       a root that is no object is wrapped as `{value}`: schemas that stand alone.
 */
export const DEGRADATIONS = SCHEMA_STEPS;
export type Degradation = (typeof DEGRADATIONS)[number];

/** Below what strict structured output of OpenAI takes: 10 levels, 5000 properties, 120,000 characters, 1000 enum values. */
export const STRICT_LIMITS = { depth: 8, properties: 2000, characters: 60_000, enumValues: 500 } as const;

export type WireSchema = {
  readonly schema: JsonSchema;
  /** Whether the schema keeps to the strict subset. */
  readonly strict: boolean;
  /** A value of the original schema in wire form. */
  encode(value: Json): Json;
  /** A value in wire form back in the original form; what is not of the wire form is left as it is. */
  undo(value: unknown): unknown;
};

const known = new WeakMap<JsonSchema, Map<Degradation, WireSchema>>();

/** The wire form of a schema. The same schema object gives the same wire form. */
export function wireSchema(schema: JsonSchema, upTo: Degradation): WireSchema {
  const byStep = known.get(schema) ?? new Map<Degradation, WireSchema>();
  known.set(schema, byStep);
  const made = byStep.get(upTo) ?? make(schema, upTo);
  byStep.set(upTo, made);
  return made;
}

/** Whether a step includes another. */
function reaches(upTo: Degradation, step: Degradation): boolean {
  return DEGRADATIONS.indexOf(upTo) >= DEGRADATIONS.indexOf(step);
}

/** Whether schemas degraded up to a step keep to the strict subset. */
export function isStrict(upTo: Degradation): boolean {
  return reaches(upTo, 'close_objects');
}

function make(schema: JsonSchema, upTo: Degradation): WireSchema {
  const far = (step: Degradation) => reaches(upTo, step);
  let loose: Json = inlineRefs(schema);
  if (far('describe_bounds')) loose = describeBounds(loose);
  if (far('describe_keywords')) loose = describeKeywords(loose);
  if (!isStrict(upTo)) {
    return { schema: loose as JsonSchema, strict: false, encode: (value) => value, undo: (value) => value };
  }
  const form = far('limit_size') ? limited(loose) : strictForm(loose, Number.POSITIVE_INFINITY);
  const { wire, encode, undo } = form;
  if (!far('object_root') || wire.type === 'object') return { schema: wire, strict: true, encode, undo };
  return {
    schema: { type: 'object', properties: { value: wire }, required: ['value'], additionalProperties: false },
    strict: true,
    encode: (value) => ({ value: encode(value) }),
    undo: (value) =>
      isObject(value) && Object.keys(value).join() === 'value' ? undo((value as JsonObject).value) : value,
  };
}

/** The deepest strict form that keeps to the limits; at worst the whole value is text. */
function limited(schema: Json): StrictForm {
  for (let depth: number = STRICT_LIMITS.depth; depth > 0; depth -= 2) {
    const form = strictForm(schema, depth);
    if (fitsLimits(form.wire)) return form;
  }
  return strictForm(schema, 0);
}

function fitsLimits(wire: JsonSchema): boolean {
  let properties = 0;
  let characters = 0;
  let enumValues = 0;
  const count = (node: Json | undefined): void => {
    if (!isObject(node)) return;
    const { properties: members, items, anyOf, enum: values } = node as JsonObject;
    for (const [name, member] of Object.entries(isObject(members) ? (members as JsonObject) : {})) {
      properties += 1;
      characters += name.length;
      count(member);
    }
    for (const value of Array.isArray(values) ? values : []) {
      enumValues += 1;
      characters += String(value).length;
    }
    count(items);
    for (const branch of Array.isArray(anyOf) ? anyOf : []) count(branch);
  };
  count(wire);
  return (
    properties <= STRICT_LIMITS.properties &&
    characters <= STRICT_LIMITS.characters &&
    enumValues <= STRICT_LIMITS.enumValues
  );
}
