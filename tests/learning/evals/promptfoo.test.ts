import { afterAll, describe, expect, it } from 'vitest';
import { caseLine } from '../../../src/learning/evals/case-form.ts';
import { readPromptfoo } from '../../../src/learning/evals/importing/promptfoo.ts';
import { scoreCase } from '../../../src/learning/evals/score-case.ts';
import type { Json } from '../../../src/os/json.ts';
import { openJsEngine } from '../../../src/os/steps/js/engine.ts';
import { setOf } from './eval-files.ts';
import { noTools } from './tools.ts';

const engine = openJsEngine();
afterAll(() => engine.close());

const read = (config: object) => readPromptfoo(JSON.stringify(config), 'promptfooconfig.yaml', 'promptfooconfig');

/** What one assertion becomes; or why it does not. */
function asserted(assertion: object, vars: object = { q: 'x' }) {
  const { cases, left } = read({ tests: [{ vars, assert: [assertion] }] });
  const [check] = cases[0]?.checks ?? [];
  return check === undefined
    ? left.find(({ what }) => what === 'check')?.why
    : { [check.scorer]: check.args, ...(check.pass === undefined ? {} : { pass: check.pass }) };
}

describe('tests of promptfoo', () => {
  it('become cases, with what all tests share', () => {
    const { cases, left } = readPromptfoo(
      `
description: Cities
prompts: ['Where is {{person}}?']
providers: [openai:gpt-5-mini]
evaluateOptions: { maxConcurrency: 4 }
defaultTest:
  vars: { style: short }
  assert:
    - { type: icontains, value: 'is in' }
tests:
  - description: where is Ann
    vars: { person: Ann }
    metadata: { topic: cities, tags: [a, b] }
    assert:
      - { type: equals, value: '{{person}} is in Berlin' }
      - { type: llm-rubric, value: 'Is about {{person}}.', threshold: 0.8, metric: on topic }
  - vars: { person: [Bob, Eve] }
    options: { disableDefaultAsserts: true }
    assert:
      - { type: contains, value: '{{person}}', weight: 2 }
  - file://more.yaml
`,
      'promptfooconfig.yaml',
      'promptfooconfig',
    );
    const of = { at: 'final' };
    expect(cases).toEqual([
      {
        id: 'where is Ann',
        input: { style: 'short', person: 'Ann' },
        checks: [
          {
            id: 'check 1',
            scorer: 'contains',
            of,
            required: true,
            text: expect.any(String),
            args: { all: ['is in'], ignore_case: true },
          },
          {
            id: 'check 2',
            scorer: 'exact',
            of,
            required: true,
            text: expect.any(String),
            args: { value: 'Ann is in Berlin' },
          },
          {
            id: 'check 3',
            scorer: 'judge',
            of,
            required: true,
            text: 'on topic',
            args: { rubric: 'Is about Ann.' },
            pass: 0.8,
          },
        ],
        tags: ['topic=cities', 'tags=a', 'tags=b'],
        mustPass: false,
        weight: 1,
      },
      expect.objectContaining({ id: 'test 2', input: { style: 'short', person: 'Bob' } }),
      expect.objectContaining({ id: 'test 2 #2', input: { style: 'short', person: 'Eve' } }),
    ]);
    expect(left.map((one) => [one.case, one.what, one.name])).toEqual([
      [undefined, 'setting', 'evaluateOptions'],
      ['test 2', 'setting', 'contains.weight'],
      ['test 2 #2', 'setting', 'contains.weight'],
      [undefined, 'case', 'file://more.yaml'],
    ]);
  });

  it.each<[object, unknown]>([
    [{ type: 'equals', value: 4 }, { exact: { value: '4' } }],
    [{ type: 'not-equals', value: { a: 1 } }, { exact: { value: { a: 1 }, not: true } }],
    [{ type: 'not-contains', value: 'a' }, { contains: { none: ['a'] } }],
    [{ type: 'contains-all', value: ['a', 'b'] }, { contains: { all: ['a', 'b'] } }],
    [{ type: 'icontains-any', value: 'a, b' }, { contains: { any: ['a', 'b'], ignore_case: true } }],
    [{ type: 'not-contains-any', value: ['a', 'b'] }, { contains: { none: ['a', 'b'] } }],
    [{ type: 'starts-with', value: 'a.b' }, { regex: { pattern: '^a\\.b' } }],
    [{ type: 'not-regex', value: '\\d+' }, { regex: { pattern: '\\d+', not: true } }],
    [{ type: 'is-json', value: { type: 'array' } }, { json_schema: { schema: { type: 'array' }, parse: true } }],
    [{ type: 'factuality', value: 'It is {{q}}.' }, { judge: { rubric: 'Its facts agree with this: It is x.' } }],
    [{ type: 'not-contains-all', value: ['a', 'b'] }, expect.stringMatching(/must not be so/)],
    [{ type: 'similar', value: 'a', threshold: 0.8 }, expect.stringMatching(/no scorer/)],
    [{ type: 'python', value: 'True' }, expect.stringMatching(/no scorer/)],
    [{ type: 'constructor', value: 'a' }, expect.stringMatching(/no scorer/)],
    [{ type: 'regex', value: '(?=a)' }, expect.stringMatching(/pattern/)],
    [{ type: 'contains', value: '{{ q | upper }}' }, expect.stringMatching(/computes/)],
    [{ type: 'contains', value: '{{gone}}' }, expect.stringMatching(/no variable "gone"/)],
    [{ type: 'equals', value: 'file://x.json' }, expect.stringMatching(/file of its own/)],
    [{ type: 'contains', value: 'a', transform: 'output.trim()' }, expect.stringMatching(/transformed/)],
    [{ type: 'javascript', value: 'await fetch("x")' }, expect.stringMatching(/isolated/)],
    [{ type: 'javascript', value: 'file://x.js' }, expect.stringMatching(/file of its own/)],
    [{ type: 'javascript', value: 'output +' }, expect.stringMatching(/neither/)],
    [{ type: 'assert-set', threshold: 0.5, assert: [] }, expect.stringMatching(/some of several/)],
    [{ type: 'assert-set', assert: [{ type: 'equals', value: 'a' }] }, { exact: { value: 'a' } }],
  ])('%j', (assertion, wanted) => {
    expect(asserted(assertion)).toEqual(wanted);
  });

  it('are left out when nothing they check could be taken over, and that is told', () => {
    const { cases, left } = read({
      tests: [{ description: 'a', assert: [{ type: 'latency', threshold: 5 }] }, { description: 'b' }],
    });
    expect(cases).toEqual([]);
    expect(left.map((one) => [one.case, one.what, one.name])).toEqual([
      ['a', 'check', 'latency'],
      ['a', 'case', 'a'],
      ['b', 'case', 'b'],
    ]);
  });

  it.each<[string, number | undefined, Json, number]>([
    ["output.includes('Berlin')", undefined, 'in Berlin', 1],
    ["output.includes('Berlin')", undefined, { text: 'in Paris' }, 0],
    ['output.length / 10', 0.5, 'abcdef', 0.6],
    ['output.length / 10', 0.5, 'abc', 0],
    ['output.length', undefined, 'abc', 1],
    ['output.n === context.vars.n', undefined, { n: 3, m: 1 }, 1],
    [
      'if (output === "a") {\n  return { pass: true, score: 0.5, reason: "x" };\n}\nreturn { pass: false, score: 0.5 };',
      undefined,
      'a',
      0.5,
    ],
    [
      'if (output === "a") {\n  return { pass: true, score: 0.5, reason: "x" };\n}\nreturn { pass: false, score: 0.5 };',
      undefined,
      'b',
      0,
    ],
    ['gone.length > 0', undefined, 'a', 0],
  ])('keep what the function %j says', async (value, threshold, result, wanted) => {
    const { cases, files } = read({ tests: [{ vars: { n: 3 }, assert: [{ type: 'javascript', value, threshold }] }] });
    const evals = Object.fromEntries(Object.entries(files).map(([file, text]) => [`evals/${file}`, text]));
    const set = setOf({ ...evals, 'evals/a.jsonl': cases.map((one) => `${caseLine(one)}\n`).join('') });
    const [given] = set.cases;
    if (given === undefined) throw new Error('no case was written');
    const used = { input: 0, output: 0, usd: 0, ms: 0, turns: 0 };
    const tools = noTools({ js: engine, modules: set.modules ?? {} });
    const made = await scoreCase(given, { status: 'finished', result, phases: {}, path: [], usage: used }, tools);
    expect(made.score).toBeCloseTo(wanted, 10);
    expect(made.pass).toBe(wanted > 0);
  });

  it.each([
    ['what is not YAML', 'tests: [', /YAML/],
    ['a file without tests', 'prompts: []', /no `tests`/],
    ['an alias', 'a: &x 1\ntests: []', /anchor/],
  ])('are refused in %s', (_, text, message) => {
    expect(() => readPromptfoo(text, 'p.yaml', 'p')).toThrow(message);
  });
});
