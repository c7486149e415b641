import Type from 'typebox';
import { isObject, type Json, type JsonObject } from '../../os/json.ts';
import type { Check, EvalCase } from './case.ts';
import { readCheck, writeCheck } from './check-form.ts';
import { type Complain, fitsForm } from './flaw.ts';

const name = Type.String({ minLength: 1, maxLength: 200 });

/** What may be said of a case besides its id, its input and its checks. */
export const CASE_KEYS = {
  expected: Type.Optional(
    Type.Unknown({ description: 'What should come out. Without checks it must be exactly that.' }),
  ),
  tags: Type.Optional(Type.Array(name, { maxItems: 100, description: 'Words to choose cases by.' })),
  cluster: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Cases of one cluster are kept in one split; found from their likeness if absent.',
    }),
  ),
  must_pass: Type.Optional(
    Type.Boolean({ description: 'Whether a miss of it outweighs any gain elsewhere; false if absent.' }),
  ),
  weight: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'What it counts in the mean; 1 if absent.' }),
  ),
};

/** A case as one line of a JSONL file. Checks have a form of their own, which `readCheck` knows. */
export const CASE_FORM = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 200, description: 'Unique among the cases of the skill.' }),
    input: Type.Unknown({ description: 'What the run is given: text, or an artifact.' }),
    ...CASE_KEYS,
    checks: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }), { minItems: 1, maxItems: 100 })),
  },
  { additionalProperties: false },
);

/** Where a case stands, and what its checks may name. */
export type CaseSite = { readonly where: EvalCase['where']; readonly modules: readonly string[] };

/** Reads one case as a JSONL file has it. @returns `undefined` after a complaint. */
export function readCase(value: Json, site: CaseSite, complain: Complain): EvalCase | undefined {
  if (!isObject(value)) {
    complain([], 'A case is a mapping.', 'Write {"id": …, "input": …, "checks": […]}.');
    return undefined;
  }
  if (!fitsForm(CASE_FORM, value, complain)) return undefined;
  const { id, checks: written = [], ...rest } = value as JsonObject & { id: string; checks?: Json[] };
  const known = { modules: site.modules, ...(rest.expected === undefined ? {} : { expected: rest.expected }) };
  const checks = written.map((one, i) =>
    readCheck(one, ['checks', i], { id: `check ${i + 1}`, of: { at: 'final' }, required: true, known }, complain),
  );
  return caseOf({ ...rest, id, checks }, site, complain);
}

type Given = { readonly [key: string]: unknown; readonly id: string; readonly checks: readonly (Check | undefined)[] };

/** Puts a case together. @returns `undefined` after a complaint, or where one of its checks is missing. */
export function caseOf(given: Given, { where }: CaseSite, complain: Complain): EvalCase | undefined {
  const { id, input, expected, tags, cluster, must_pass: mustPass, weight } = given;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(id) || id.trim() !== id) {
    complain(['id'], 'The id of a case is one line without white space around it.', 'Choose another id.');
    return undefined;
  }
  const checks = given.checks.filter((check) => check !== undefined);
  if (checks.length < given.checks.length) return undefined;
  if (checks.length === 0 && expected === undefined) {
    complain(['id'], `The case "${id}" has nothing that is checked.`, 'Give it `checks`, or `expected`.');
    return undefined;
  }
  const twice = checks.find((check, i) => checks.findIndex((other) => other.id === check.id) < i);
  if (twice !== undefined) {
    complain(
      ['checks', checks.indexOf(twice)],
      `Two checks of the case have the id "${twice.id}".`,
      'Give one another id.',
    );
    return undefined;
  }
  return {
    id,
    input: input as Json,
    ...(expected === undefined ? {} : { expected: expected as Json }),
    checks: checks.length === 0 ? [AS_EXPECTED] : checks,
    tags: (tags as string[] | undefined) ?? [],
    ...(cluster === undefined ? {} : { cluster: cluster as string }),
    mustPass: mustPass === true,
    weight: (weight as number | undefined) ?? 1,
    where,
  };
}

/** What is checked of a case that only says what is expected. */
const AS_EXPECTED: Check = {
  id: 'expected',
  scorer: 'exact',
  of: { at: 'final' },
  required: true,
  text: 'Is what is expected.',
  args: {},
};

/** The case as one line of a JSONL file, without its end; read again it is the same. */
export function caseLine({
  id,
  input,
  expected,
  checks,
  tags,
  cluster,
  mustPass,
  weight,
}: Omit<EvalCase, 'where'>): string {
  return JSON.stringify({
    id,
    input,
    expected,
    checks: checks.map(writeCheck),
    ...(tags.length === 0 ? {} : { tags }),
    cluster,
    ...(mustPass ? { must_pass: true } : {}),
    ...(weight === 1 ? {} : { weight }),
  });
}
