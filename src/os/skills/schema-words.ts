import type { Json } from '../json.ts';

/** A scalar keyword's value: the test it must pass, and a noun phrase for it. */
type Scalar = { readonly kind: string; holds(value: Json): boolean };

export type Shape = 'any' | 'schema' | 'schema or schemas' | 'schemas' | 'named schemas' | 'format' | Scalar;

/** A keyword; `compile` marks those whose value or neighbours only ajv can judge. */
export type Keyword = { readonly shape: Shape; readonly compile?: true };

export const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

export const FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uri-reference',
  'uuid',
  'regex',
  'json-pointer',
];

const isNumber = (value: Json): value is number => typeof value === 'number';
const isCount = (value: Json): boolean => Number.isInteger(value) && (value as number) >= 0;
const isTexts = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') && new Set(value).size === value.length;

const TEXT: Scalar = { kind: 'text', holds: (value) => typeof value === 'string' };
const FLAG: Scalar = { kind: 'true or false', holds: (value) => typeof value === 'boolean' };
const NUMBER: Scalar = { kind: 'a number', holds: isNumber };
const POSITIVE: Scalar = { kind: 'a number above 0', holds: (value) => isNumber(value) && value > 0 };
const COUNT: Scalar = { kind: 'a whole number of at least 0', holds: isCount };
const NAMES: Scalar = { kind: 'a list of different names', holds: isTexts };
const VALUES: Scalar = {
  kind: 'a list of one value or more',
  holds: (value) => Array.isArray(value) && value.length > 0,
};
const LIST: Scalar = { kind: 'a list', holds: Array.isArray };
const TYPE: Scalar = {
  kind: `one of ${TYPES.join(', ')}, or a list of them`,
  holds: (value) =>
    typeof value === 'string'
      ? TYPES.includes(value)
      : isTexts(value) && value.length > 0 && value.every((type) => TYPES.includes(type)),
};

/** The keywords a skill's schemas may use. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', { shape: TYPE }],
  ['enum', { shape: VALUES }],
  ['const', { shape: 'any' }],
  ['properties', { shape: 'named schemas' }],
  ['required', { shape: NAMES }],
  ['additionalProperties', { shape: 'schema' }],
  ['minProperties', { shape: COUNT }],
  ['maxProperties', { shape: COUNT }],
  ['items', { shape: 'schema or schemas' }],
  ['minItems', { shape: COUNT }],
  ['maxItems', { shape: COUNT }],
  ['uniqueItems', { shape: FLAG }],
  ['minLength', { shape: COUNT }],
  ['maxLength', { shape: COUNT }],
  ['minimum', { shape: NUMBER }],
  ['maximum', { shape: NUMBER }],
  ['exclusiveMinimum', { shape: NUMBER }],
  ['exclusiveMaximum', { shape: NUMBER }],
  ['multipleOf', { shape: POSITIVE }],
  ['format', { shape: 'format' }],
  ['anyOf', { shape: 'schemas' }],
  ['oneOf', { shape: 'schemas' }],
  ['allOf', { shape: 'schemas' }],
  ['not', { shape: 'schema' }],
  ['title', { shape: TEXT }],
  ['description', { shape: TEXT }],
  ['$comment', { shape: TEXT }],
  ['default', { shape: 'any' }],
  ['example', { shape: 'any' }],
  ['examples', { shape: LIST }],
  ['deprecated', { shape: FLAG }],
  ['readOnly', { shape: FLAG }],
  ['writeOnly', { shape: FLAG }],
  ['x-reyn-members-of', { shape: 'any' }],
  ['pattern', { shape: TEXT, compile: true }],
  ['patternProperties', { shape: 'named schemas', compile: true }],
  ['propertyNames', { shape: 'schema', compile: true }],
  ['prefixItems', { shape: 'schemas', compile: true }],
  ['additionalItems', { shape: 'schema', compile: true }],
  ['contains', { shape: 'schema', compile: true }],
  ['minContains', { shape: COUNT, compile: true }],
  ['maxContains', { shape: COUNT, compile: true }],
  ['dependentRequired', { shape: 'any', compile: true }],
  ['dependentSchemas', { shape: 'named schemas', compile: true }],
  ['dependencies', { shape: 'any', compile: true }],
  ['unevaluatedProperties', { shape: 'schema', compile: true }],
  ['unevaluatedItems', { shape: 'schema', compile: true }],
  ['if', { shape: 'schema', compile: true }],
  ['then', { shape: 'schema', compile: true }],
  ['else', { shape: 'schema', compile: true }],
  ['$defs', { shape: 'named schemas', compile: true }],
  ['definitions', { shape: 'named schemas', compile: true }],
  ['$ref', { shape: TEXT, compile: true }],
]);
