import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Check, type EvalCase, SCORERS } from '../../../src/learning/evals/case.ts';
import { caseLine } from '../../../src/learning/evals/case-form.ts';
import { readJsonl } from '../../../src/learning/evals/read-jsonl.ts';
import type { Json, JsonObject } from '../../../src/os/json.ts';

const ARGS: Readonly<Record<(typeof SCORERS)[number], JsonObject>> = {
  exact: { value: { a: [1] } },
  contains: { any: ['a'], ignore_case: true },
  regex: { pattern: '^a', flags: 'i' },
  json_path: { path: 'a.*', count: 2 },
  json_schema: { schema: { type: 'object' } },
  numeric: { value: 1, tolerance: 0.5 },
  set_f1: { values: [1, 'a'] },
  command: { run: ['true'], seconds: 3 },
  js: { file: 'a.js', function: 'b' },
  judge: { rubric: 'Is good.', repeats: 2 },
};

const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => text.trim() === text && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));
const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => !JSON.stringify(value).includes('__proto__'));
const score = fc.double({ min: 0.01, max: 1, noNaN: true });

const check = fc.record(
  {
    scorer: fc.constantFrom(...SCORERS),
    of: fc.oneof(
      fc.constant({ at: 'final' } as const),
      word.map((phase) => ({ at: 'phase', phase }) as const),
    ),
    required: fc.boolean(),
    text: word,
    pass: score,
  },
  { requiredKeys: ['scorer', 'of', 'required', 'text'] },
);

const made = fc
  .record(
    {
      id: word,
      input: json,
      expected: json,
      checks: fc.array(check, { minLength: 1, maxLength: 4 }),
      tags: fc.array(word, { maxLength: 3 }),
      cluster: word,
      mustPass: fc.boolean(),
      weight: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: ['id', 'input', 'checks', 'tags', 'mustPass', 'weight'] },
  )
  .map((one): EvalCase => {
    const checks = one.checks.map((given, i): Check => ({ ...given, id: `c${i}`, args: ARGS[given.scorer] }));
    return { ...one, checks, where: { file: 'evals/a.jsonl', line: 1 } };
  });

it('a case that is written as a line is the same when it is read', () => {
  fc.assert(
    fc.property(made, (one) => {
      expect(readJsonl(`${caseLine(one)}\n`, 'evals/a.jsonl', ['a.js'])).toEqual({ cases: [one], flaws: [] });
    }),
  );
});
