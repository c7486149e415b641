import { createRequire } from 'node:module';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { canonicalJson, type Json, type JsonObject } from './json.ts';

/** A JSON Schema, as data: 2020-12, or draft-07 when its `$schema` says so. */
export type JsonSchema = JsonObject;

/** One thing wrong with a value: where (a JSON pointer, `/points/0`; the empty string is the value itself) and what. */
export type SchemaError = { path: string; message: string };

/** Checks a value; an empty list means it is valid. At most {@link MAX_ERRORS} errors. */
export type Check = (value: unknown) => SchemaError[];

const MAX_ERRORS = 10;

const require = createRequire(import.meta.url);

type Re2 = { RE2JS: { compile(pattern: string): { matcher(text: string): { find(): boolean } } } };

/** A pattern of a skill may be written to run for seconds in V8; RE2 is linear. Loaded when a schema has a pattern. */
function linearRegExp(pattern: string) {
  const { RE2JS } = require('re2js') as Re2;
  const compiled = RE2JS.compile(pattern);
  // ajv tells patterns apart by their text
  return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
}
linearRegExp.code = 'linearRegExp';

const OPTIONS: Options = {
  allErrors: true,
  ownProperties: true, // `required: ['toString']` must not be met by a prototype
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  validateSchema: false, // strict compilation checks every keyword's own type, in a tenth of the time
  logger: false,
  code: { regExp: linearRegExp },
};

const addFormats = addFormatsModule.default ?? addFormatsModule;
const VOCABULARY = ['x-reyn-members-of', 'example'];

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const current = once(() => equip(new Ajv2020({ ...OPTIONS, meta: false })).addVocabulary(VOCABULARY));
const draft7 = once(() => equip(new Ajv({ ...OPTIONS, meta: false })).addVocabulary(VOCABULARY));

/** Adds formats, and `uniqueItems` in linear time: ajv's own compares each item with each, for minutes if there are many. */
function equip<T extends Ajv>(ajv: T): T {
  addFormats(ajv as never);
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (wanted: boolean, items: readonly Json[]) =>
      !wanted || new Set(items.map(canonicalJson)).size === items.length,
  });
  return ajv;
}

const checks = new WeakMap<object, Check>();

/**
 * Compiles a schema once; the same object gives the same function.
 * @throws Error with ajv's message when the schema itself is wrong (unknown keyword, wrong keyword type, bad `$ref`,
 * a pattern RE2 cannot express).
 */
export function compileSchema(schema: JsonSchema | TSchema): Check {
  const known = checks.get(schema);
  if (known !== undefined) return known;
  const { $schema, ...rest } = schema as JsonObject;
  const ajv = isDraft7($schema) ? draft7() : current();
  const check = checkOf(ajv.compile(rest));
  ajv.removeSchema(rest); // ajv keeps what it compiles for ever; the WeakMap above does not
  checks.set(schema, check);
  return check;
}

/**
 * Prepares a schema that somebody else wrote: keywords and formats that are not known are passed over, and what compiles
 * it is kept by nobody else. All code is loaded here, so that the function this gives back can be cut off while it
 * compiles, and its check while it checks. The function throws Error with ajv's message when the schema cannot be used
 * (wrong keyword type, bad `$ref`, a pattern RE2 cannot express), and RangeError when it overflows the stack.
 */
export function foreignSchema(schema: JsonSchema): () => Check {
  warm();
  const { $schema, ...rest } = schema;
  const options: Options = { ...OPTIONS, meta: false, strict: false, addUsedSchema: false };
  const ajv = equip(isDraft7($schema) ? new Ajv(options) : new Ajv2020(options));
  return () => checkOf(ajv.compile(rest));
}

/** Loads what compiling needs, and has it compiled once. */
const warm = once(() =>
  compileSchema({ type: 'object', properties: { a: { type: 'string', pattern: 'a' } } })({ a: 'a' }),
);

function isDraft7($schema: Json | undefined): boolean {
  return typeof $schema === 'string' && $schema.includes('draft-07');
}

function checkOf(validate: ValidateFunction): Check {
  return (value) => {
    try {
      return validate(value) ? [] : explain(validate.errors ?? []);
    } catch (error) {
      // ajv compares objects by calling their own toString and valueOf, which a value may have as plain members
      if (error instanceof TypeError) return [{ path: '', message: 'holds a member that cannot be compared' }];
      throw error;
    }
  };
}

/** Whether `value` fits `schema`; narrows to the schema's type. For the shapes this program defines itself. */
export function fits<T extends TSchema>(schema: T, value: unknown): value is Static<T> {
  return compileSchema(schema)(value).length === 0;
}

function explain(errors: readonly ErrorObject[]): SchemaError[] {
  const seen = new Map<string, SchemaError>();
  for (const error of errors) {
    const found = { path: error.instancePath, message: sentence(error) };
    seen.set(`${found.path} ${found.message}`, found);
  }
  return [...seen.values()].slice(0, MAX_ERRORS);
}

function sentence(error: ErrorObject): string {
  const params = error.params as Record<string, Json>;
  switch (error.keyword) {
    case 'additionalProperties':
      return `has the unknown field "${params.additionalProperty}"`;
    case 'unevaluatedProperties':
      return `has the unknown field "${params.unevaluatedProperty}"`;
    case 'required':
      return `lacks the field "${params.missingProperty}"`;
    case 'enum':
      return `must be one of ${(params.allowedValues as Json[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    default:
      return error.message ?? `fails "${error.keyword}"`;
  }
}

/** `points/0 must be string; …` for a person or a model. */
export function showErrors(errors: readonly SchemaError[]): string {
  return errors.map(({ path, message }) => `${path === '' ? 'the value' : path.slice(1)} ${message}`).join('; ');
}
