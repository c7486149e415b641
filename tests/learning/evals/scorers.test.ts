import { describe, expect, it } from 'vitest';
import { type Check, SCORERS, type ScorerKind } from '../../../src/learning/evals/case.ts';
import { readCheck } from '../../../src/learning/evals/check-form.ts';
import { SCORERS_BY_KIND } from '../../../src/learning/evals/scorers/list.ts';
import type { Seen } from '../../../src/learning/evals/scorers/scorer.ts';
import type { Json, JsonObject } from '../../../src/os/json.ts';
import { readYaml } from '../../../src/os/yaml.ts';
import { noTools } from './tools.ts';

/** A check as people write it; fails the test when it is refused. */
function check(written: JsonObject, expected?: Json): Check {
  const flaws: string[] = [];
  const known = { modules: ['grade.js'], ...(expected === undefined ? {} : { expected }) };
  const read = readCheck(written, [], { id: 'it', of: { at: 'final' }, required: true, known }, (_, message) =>
    flaws.push(message),
  );
  if (read === undefined) throw new Error(flaws.join(' '));
  return read;
}

async function scored(written: JsonObject, value: Json, expected?: Json) {
  const { scorer, args, text } = check(written, expected);
  const seen: Seen = {
    value,
    result: value,
    input: '',
    text,
    seed: 's',
    ...(expected === undefined ? {} : { expected }),
  };
  return SCORERS_BY_KIND[scorer].score(args, seen, noTools());
}

const TEXT = 'Ann goes to Berlin on Monday';

describe('the deterministic scorers', () => {
  it.each<[written: JsonObject, value: Json, score: number, expected?: Json]>([
    [{ exact: 'a' }, ' a\n', 1],
    [{ exact: 'a' }, 'A', 0],
    [{ exact: { value: 'a', ignore_case: true } }, 'A', 1],
    [{ exact: { value: { a: 1, b: [2] } } }, { b: [2], a: 1 }, 1],
    [{ exact: { value: { a: 1 } } }, { a: 1, b: 2 }, 0],
    [{ exact: 'a' }, { text: 'a' }, 1],
    [{ exact: 'a' }, { text: 'a', more: 1 }, 0],
    [{ exact: { at: 'x.0' } }, { x: [1] }, 1, { x: [1] }],
    [{ exact: { at: 'x' } }, {}, 0, { x: null }],
    [{ exact: { at: 'toString', value: 1 } }, {}, 0],
    [{ exact: { value: 'a', not: true } }, 'b', 1],
    [{ exact: { value: 'a', not: true } }, 'a', 0],
    [{ exact: 1 }, '1', 0],

    [{ contains: 'Berlin' }, TEXT, 1],
    [{ contains: ['Berlin', 'Paris'] }, TEXT, 0.5],
    [{ contains: { any: ['Rome', 'Berlin'] } }, TEXT, 1],
    [{ contains: { any: ['Rome', 'Paris'] } }, TEXT, 0],
    [{ contains: { none: ['Paris'] } }, TEXT, 1],
    [{ contains: { all: ['Ann'], none: ['Berlin'], any: ['Monday'] } }, TEXT, 2 / 3],
    [{ contains: { all: ['berlin'], ignore_case: true } }, TEXT, 1],
    [{ contains: { all: ['two'], at: 'list' } }, { list: ['one', { x: 'two' }] }, 1],
    [{ contains: { all: ['list'] } }, { list: ['one'] }, 0],
    [{ contains: { ignore_case: true } }, TEXT, 1, 'BERLIN'],
    [{ contains: { none: ['x'], at: 'gone' } }, {}, 0],

    [{ regex: '\\d{4}' }, 'in 2026', 1],
    [{ regex: '^\\d{4}$' }, 'in 2026', 0],
    [{ regex: { pattern: '^B', flags: 'mi' } }, 'a\nb', 1],
    [{ regex: { pattern: '\\d', not: true } }, 'none', 1],
    [{ regex: { pattern: '\\d', not: true, at: 'gone' } }, {}, 0],
    [{ regex: '(a+)+$' }, `${'a'.repeat(5000)}b`, 0],

    [{ json_path: 'a.b' }, { a: { b: null } }, 1],
    [{ json_path: '$.a.b' }, { a: {} }, 0],
    [{ json_path: { path: "$.a[*]['b']", equals: 1 } }, { a: [{ b: 1 }, { b: 1 }] }, 1],
    [{ json_path: { path: 'a.*.b', equals: 1 } }, { a: [{ b: 1 }, { b: 2 }] }, 0],
    [{ json_path: { path: 'a.*.b', equals: 1 } }, { a: [] }, 0],
    [{ json_path: { path: 'a.*', one_of: ['x', 'y'] } }, { a: ['x', 'y', 'x'] }, 1],
    [{ json_path: { path: 'a.*', one_of: ['x'] } }, { a: ['x', 'z'] }, 0],
    [{ json_path: { path: 'a[*]', count: 2 } }, { a: [1, 2] }, 1],
    [{ json_path: { path: 'a.*', count_at_least: 3 } }, { a: [1, 2] }, 0],
    [{ json_path: { path: 'a.*', count_at_most: 1 } }, { a: [1, 2] }, 0],
    [{ json_path: { path: 'a', exists: false } }, { a: 1 }, 0],
    [{ json_path: { path: 'a', exists: false } }, {}, 1],
    [{ json_path: { path: 'a', equals: 1, not: true } }, { a: 2 }, 1],

    [{ json_schema: { schema: { type: 'object', required: ['a'] } } }, { a: 1 }, 1],
    [{ json_schema: { schema: { type: 'object', required: ['a'] } } }, {}, 0],
    [{ json_schema: { schema: { type: 'array' }, parse: true } }, '[1]', 1],
    [{ json_schema: { schema: {}, parse: true } }, { text: 'no json' }, 0],

    [{ numeric: 3 }, 3, 1],
    [{ numeric: 3 }, '3.0', 1],
    [{ numeric: 3 }, 'about 3', 0],
    [{ numeric: { value: 10, tolerance: 0.5 } }, 10.5, 1],
    [{ numeric: { value: 10, tolerance: 0.5 } }, 10.51, 0],
    [{ numeric: { value: -200, relative: 0.01 } }, -198, 1],
    [{ numeric: { at: 'n' } }, { n: 4 }, 1, { n: 4 }],
    [{ numeric: 3 }, null, 0],
    [{ numeric: 1 }, true, 0],

    [{ set_f1: ['a', 'b'] }, ['b', 'a', 'a'], 1],
    [{ set_f1: ['a', 'b'] }, ['b', 'c'], 0.5],
    [{ set_f1: ['a', 'b', 'c'] }, ['a'], 0.5],
    [{ set_f1: [] }, ['a'], 0],
    [{ set_f1: [] }, [], 1],
    [{ set_f1: ['a'] }, 'a', 0],
    [{ set_f1: { values: ['A'], ignore_case: true, at: 'l', by: 'n' } }, { l: [{ n: 'a', x: 1 }] }, 1],
  ])('%j of %j is %d', async (written, value, score, expected) => {
    const made = await scored(written, value, expected);
    expect(made.score).toBeCloseTo(score, 10);
    expect(made.why === undefined).toBe(score === 1);
  });

  it.each<[JsonObject, RegExp]>([
    [{ exact: {} }, /expected/],
    [{ contains: {} }, /which text/],
    [{ contains: { all: [] } }, /at least 1/],
    [{ contains: 3 }, /needs arguments/],
    [{ regex: '(' }, /pattern/],
    [{ regex: { pattern: 'a', flags: 'g' } }, /Flags/],
    [{ json_path: '$..a' }, /no path/],
    [{ json_path: 'a[?(@.b)]' }, /no path/],
    [{ json_schema: { schema: { type: 'strin' } } }, /schema/],
    [{ numeric: {} }, /which number/],
    [{ set_f1: {} }, /which items/],
    [{ js: 'grad.js' }, /did you mean "grade.js"/],
    [{ judge: { rubric: 'x', model_class: 'No Class' } }, /no class/],
    [{ command: 'true' }, /needs arguments/],
  ])('%j is refused when it is read', (written, message) => {
    expect(() => check(written)).toThrow(message);
  });

  it('look at no text for longer than a pattern may take', async () => {
    const began = performance.now();
    const made = await scored({ regex: '(x{0,100}){0,8}y' }, 'x'.repeat(900_000));
    expect(made).toEqual({ score: 0, why: 'the text is too long for this pattern' });
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('every scorer', () => {
  it('is in the list under its name, with an example that is read', () => {
    expect(Object.keys(SCORERS_BY_KIND)).toEqual([...SCORERS]);
    for (const [kind, scorer] of Object.entries(SCORERS_BY_KIND)) {
      const read = readYaml(scorer.example);
      const written = read.ok ? (read.source.value as JsonObject) : {};
      expect(check(written).scorer).toBe(kind as ScorerKind);
      expect(scorer.kind).toBe(kind);
    }
  });
});
