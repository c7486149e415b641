import type { Json, JsonObject } from '../../../os/json.ts';
import type { JsChecks } from './js-check.ts';

/** What an assertion becomes: a check as people write it, or why it cannot be one. */
export type Asserted = { readonly check: JsonObject } | { readonly why: string };

export type Assertion = {
  /** Without `not-`. */
  readonly type: string;
  readonly not: boolean;
  /** Variables are in their places. */
  readonly value: Json | undefined;
  readonly threshold: number | undefined;
  readonly context: JsonObject;
};

export type JsFile = { readonly path: string; readonly checks: JsChecks };

/**
 * One assertion of promptfoo as a check.
 *
 * Types by the reference of its assertions: https://www.promptfoo.dev/docs/configuration/expected-outputs/
 */
export function checkOf(assertion: Assertion, js: JsFile): Asserted {
  const make = Object.hasOwn(MAKERS, assertion.type) ? MAKERS[assertion.type] : undefined;
  if (make === undefined) return { why: 'There is no scorer for it here.' };
  if (
    typeof assertion.value === 'string' &&
    /^(file|package):\/\//.test(assertion.value) &&
    assertion.type !== 'javascript'
  ) {
    return { why: 'Its value is in a file of its own, which is not followed.' };
  }
  return make(assertion, js);
}

type Make = (assertion: Assertion, js: JsFile) => Asserted;

const NOT: Asserted = { why: 'That it must not be so cannot be said here.' };
const NO_VALUE: Asserted = { why: 'It has no value.' };

function textsOf(value: Json | undefined): string[] {
  const list = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? [value]
      : value === undefined
        ? []
        : [String(value)];
  return list
    .filter((item) => typeof item === 'string' || typeof item === 'number')
    .map(String)
    .filter((text) => text !== '');
}

const listOf = (value: Json | undefined): string[] =>
  typeof value === 'string' ? textsOf(value.split(',').map((part) => part.trim())) : textsOf(value);

const containing =
  (how: 'one' | 'all' | 'any', fold: boolean): Make =>
  ({ value, not }) => {
    const texts = how === 'one' ? textsOf(value) : listOf(value);
    if (texts.length === 0) return NO_VALUE;
    if (not && how === 'all' && texts.length > 1) return NOT;
    const list = not ? 'none' : how === 'any' ? 'any' : 'all';
    return { check: { contains: { [list]: texts, ...(fold ? { ignore_case: true } : {}) } } };
  };

const judging =
  (rubricOf: (text: string) => string): Make =>
  ({ value, not, threshold }) => {
    const text = Array.isArray(value) ? textsOf(value).join('\n') : typeof value === 'string' ? value : '';
    if (text.trim() === '') return NO_VALUE;
    if (not) return NOT;
    return { check: { judge: { rubric: rubricOf(text) }, ...passing(threshold) } };
  };

const negated = (not: boolean): JsonObject => (not ? { not: true } : {});
const passing = (threshold: number | undefined): JsonObject =>
  threshold !== undefined && threshold > 0 && threshold <= 1 ? { pass: threshold } : {};

const json: Make = ({ value, not }) => {
  const schema = value ?? {};
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return { why: 'Its schema is not written out.' };
  return { check: { json_schema: { schema, parse: true, ...negated(not) } } };
};

const MAKERS: Readonly<Record<string, Make>> = {
  equals: ({ value, not }) => {
    if (value === undefined || value === null) return NO_VALUE;
    return { check: { exact: { value: typeof value === 'object' ? value : String(value), ...negated(not) } } };
  },
  contains: containing('one', false),
  icontains: containing('one', true),
  'contains-all': containing('all', false),
  'icontains-all': containing('all', true),
  'contains-any': containing('any', false),
  'icontains-any': containing('any', true),
  'starts-with': ({ value, not }) => {
    const [text] = textsOf(value);
    if (text === undefined) return NO_VALUE;
    return { check: { regex: { pattern: `^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`, ...negated(not) } } };
  },
  regex: ({ value, not }) =>
    typeof value === 'string' ? { check: { regex: { pattern: value, ...negated(not) } } } : NO_VALUE,
  'is-json': json,
  javascript: ({ value, not, threshold, context }, { path, checks }) => {
    if (typeof value !== 'string') return NO_VALUE;
    if (not) return NOT;
    const added = checks.add(value, context, threshold);
    if ('why' in added) return added;
    const check: JsonObject = { js: { file: path, function: added.name } };
    // a number above nothing holds there; here the function gives 0 for what does not
    return { check: { ...check, ...(passing(threshold).pass === undefined ? { pass: 0.001 } : passing(threshold)) } };
  },
  'llm-rubric': judging((text) => text),
  'model-graded-closedqa': judging((text) => text),
  'g-eval': judging((text) => text),
  factuality: judging((text) => `Its facts agree with this: ${text}`),
};
