import type { JsonObject } from '../../json.ts';
import { FORMATS, KEYWORDS, type Shape, TYPES } from '../schema-words.ts';
import { ON_ERROR } from '../steps/frame.ts';
import { STEP_TYPES } from '../steps/list.ts';
import { FORMAT_KEYS } from './keys.ts';

/**
 * Parts that several schemas share. They keep to keywords that mean the same in 2020-12 and in draft-07, because
 * editors are not of one mind.
 */

export const TEXT: JsonObject = { type: 'string' };
export const TEXTS: JsonObject = { type: 'array', items: { type: 'string', pattern: '\\S' } };
/** A text, or a list of texts. */
export const SENTENCES: JsonObject = { anyOf: [TEXT, TEXTS] };

export const ref = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });

/** An object of the keys that a place knows, each with what the reference says of it. */
export function keyed(
  place: string,
  shapes: Readonly<Record<string, JsonObject>>,
  required: readonly string[] = [],
): JsonObject {
  const known = FORMAT_KEYS[place] ?? {};
  const names = [...new Set([...Object.keys(known), ...Object.keys(shapes)])];
  const properties = names.map((name) => [name, described(shapes[name] ?? {}, known[name])]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required: [...required] }),
    additionalProperties: false,
  };
}

/** A reference has no neighbours in draft-07, so that what is said of it goes around it. */
export function described(schema: JsonObject, description: string | undefined): JsonObject {
  if (description === undefined) return schema;
  return '$ref' in schema ? { description, allOf: [schema] } : { description, ...schema };
}

/** Dot paths to conditions. */
const GUARD: JsonObject = {
  type: 'object',
  description: 'Dot path → a literal that must be equal, or a JSON Schema.',
  additionalProperties: { anyOf: [ref('schema'), { type: ['string', 'number', 'boolean', 'null', 'array'] }] },
};

/** Types by a field's name, or JSON Schema. */
const INLINE: JsonObject = {
  type: 'object',
  minProperties: 1,
  description: 'Fields and their types, e.g. { title: string, points: "string[]" }, or JSON Schema.',
};

/** As above, or a type that is no object. */
const VALUE: JsonObject = { anyOf: [ref('inline'), TEXT, { type: 'array', minItems: 1, maxItems: 1 }] };

/** Values of the keys of steps, whatever the type; a key that is not here may hold anything. */
const STEP_VALUES: Readonly<Record<string, JsonObject>> = {
  into: TEXT,
  on_error: { enum: [...ON_ERROR] },
  when: ref('guard'),
  op: TEXT,
  args: { type: 'object' },
  path: TEXT,
  schema: ref('value'),
  output_schema: ref('value'),
  input: { type: ['string', 'object'] },
  shared: { type: 'boolean' },
  module: TEXT,
  function: TEXT,
  envelope: { type: 'boolean' },
  skill: TEXT,
  over: TEXT,
  as: TEXT,
  concurrency: { type: 'integer', minimum: 1 },
  apply: ref('step'),
  branches: { type: 'object', additionalProperties: ref('step') },
};
const FRAME = ['type', 'into', 'on_error', 'when'];
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  op: ['op'],
  run_skill: ['skill'],
  lint_skill: ['path'],
  validate: ['schema'],
  js: ['module', 'output_schema'],
  python: ['module', 'function', 'output_schema'],
  iterate: ['over', 'apply'],
  parallel: ['branches'],
};

function stepSchema(): JsonObject {
  const types = STEP_TYPES.map(({ type }) => type);
  const closed = STEP_TYPES.map(({ type, keys }): JsonObject => {
    const shapes = [...FRAME, ...keys].map((key): [string, JsonObject] => [key, STEP_VALUES[key] ?? {}]);
    const then = keyed(`a step of type ${type}`, Object.fromEntries(shapes), REQUIRED[type]);
    return { if: { properties: { type: { const: type } }, required: ['type'] }, then };
  });
  return {
    type: 'object',
    properties: { type: { description: 'What the step does.', enum: [...new Set(types)] } },
    required: ['type'],
    allOf: closed,
  };
}

const EDGE = keyed(
  'an edge',
  { to: TEXT, when: ref('guard'), carry: { type: 'object', additionalProperties: TEXT }, description: TEXT },
  ['to'],
);

/** A JSON Schema as a skill may write one. */
function schemaSchema(): JsonObject {
  const properties = [...KEYWORDS].map(([keyword, { shape }]) => [keyword, shapeSchema(shape)]);
  return {
    type: 'object',
    properties: { $schema: TEXT, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}

const SCALARS: Readonly<Record<string, JsonObject>> = {
  text: TEXT,
  'true or false': { type: 'boolean' },
  'a number': { type: 'number' },
  'a number above 0': { type: 'number', exclusiveMinimum: 0 },
  'a whole number of at least 0': { type: 'integer', minimum: 0 },
  'a list of different names': { type: 'array', items: TEXT, uniqueItems: true },
  'a list of one value or more': { type: 'array', minItems: 1 },
  'a list': { type: 'array' },
};

function shapeSchema(shape: Shape): JsonObject {
  const one: JsonObject = { anyOf: [ref('schema'), { type: 'boolean' }] };
  if (typeof shape === 'object') return SCALARS[shape.kind] ?? typeKeyword();
  switch (shape) {
    case 'any':
      return {};
    case 'schema':
      return one;
    case 'schemas':
      return { type: 'array', items: one };
    case 'schema or schemas':
      return { anyOf: [ref('schema'), { type: 'boolean' }, { type: 'array', items: one }] };
    case 'named schemas':
      return { type: 'object', additionalProperties: one };
    case 'format':
      return { enum: FORMATS };
  }
}

function typeKeyword(): JsonObject {
  return { anyOf: [{ enum: TYPES }, { type: 'array', items: { enum: TYPES }, minItems: 1, uniqueItems: true }] };
}

const ALL = {
  step: stepSchema,
  edge: () => EDGE,
  guard: () => GUARD,
  inline: () => INLINE,
  value: () => VALUE,
  schema: schemaSchema,
} as const;

/** The document: a schema with the shared parts it needs. */
export function documentOf(
  title: string,
  description: string,
  schema: JsonObject,
  parts: readonly (keyof typeof ALL)[],
): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description,
    ...schema,
    ...(parts.length === 0 ? {} : { $defs: Object.fromEntries(parts.map((part) => [part, ALL[part]()])) }),
  };
}
