import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvalMd } from '../../../src/learning/evals/read-eval-md.ts';
import { readEvalFiles, readEvalSet } from '../../../src/learning/evals/read-eval-set.ts';
import { evalTemplate, skillTemplate } from '../../../src/os/skills/template.ts';
import { evalMd, inSkill, lines, setOf } from './eval-files.ts';

const CRITERIA = '### final\n- Is good.\n';

describe('eval.md', () => {
  it('gives a case with its fields, and checks for each part of the run', () => {
    const { cases, acceptanceThreshold, maxIterations } = setOf({
      'eval.md': evalMd(
        `Words for people.

## case: two cities

input: Meet Ann in Berlin.
  Then go on.
expected:
  city: Berlin
tags: [travel, short]
cluster: trips
must_pass: true
weight: 2

### phase: draft

- [aspirational] Reads
  well.

### final

- [required] Names the city.
  - contains: Berlin
  - exact: { at: city }
    id: the city
* It is short enough.

  \`\`\`yaml
  json_path: { path: 'words.*', count_at_most: 9 }
  \`\`\`
`,
        'acceptance_threshold: 0.9',
        'max_iterations: 4',
      ),
    });
    expect({ acceptanceThreshold, maxIterations }).toEqual({ acceptanceThreshold: 0.9, maxIterations: 4 });
    const final = { of: { at: 'final' }, required: true };
    expect(cases).toEqual([
      {
        id: 'two cities',
        input: 'Meet Ann in Berlin.\n  Then go on.',
        expected: { city: 'Berlin' },
        tags: ['travel', 'short'],
        cluster: 'trips',
        mustPass: true,
        weight: 2,
        where: { file: 'eval.md', line: 9 },
        checks: [
          {
            id: 'draft 1',
            scorer: 'judge',
            of: { at: 'phase', phase: 'draft' },
            required: false,
            text: 'Reads well.',
            args: {},
          },
          { id: 'final 1', scorer: 'contains', ...final, text: 'Names the city.', args: { all: ['Berlin'] } },
          { id: 'the city', scorer: 'exact', ...final, text: 'Names the city.', args: { at: 'city' } },
          {
            id: 'final 2',
            scorer: 'json_path',
            ...final,
            text: 'It is short enough.',
            args: { path: 'words.*', count_at_most: 9 },
          },
        ],
      },
    ]);
  });

  it.each([
    ['text behind the name', 'input: one\n\ntwo: 2', 'one\n\ntwo: 2'],
    ['text below', 'input:\none\ntwo', 'one\ntwo'],
    [
      'a fenced text, whatever is in it',
      'input:\n\n```text\n# one\ntags: x\n## case: no\n```',
      '# one\ntags: x\n## case: no',
    ],
    ['fenced JSON', 'input:\n```json\n{"a": [1]}\n```', { a: [1] }],
    ['fenced YAML', 'input:\n~~~yaml\na: 1\n~~~', { a: 1 }],
    ['indented YAML', 'input:\n  a: 1\n  b: [x]', { a: 1, b: ['x'] }],
    ['JSON behind the name', 'input: {"a": 1}', { a: 1 }],
    ['a text in brackets', 'input: [urgent] call me', '[urgent] call me'],
    ['a number, which is text', 'input: 42', '42'],
  ])('takes as input %s', (_, field, input) => {
    expect(setOf({ 'eval.md': evalMd(`## case: a\n${field}\n${CRITERIA}`) }).cases[0]?.input).toEqual(input);
  });

  it.each([
    ['no front matter', '## case: a\n', 'eval.md:1:1', /first line/],
    [
      'a key of front matter',
      evalMd('', 'acceptance_treshold: 1'),
      'eval.md:4:1',
      /did you mean "acceptance_threshold"/,
    ],
    ['another skill', evalMd('').replace('demo', 'other'), 'eval.md:3:1', /cases of "other"/],
    ['a heading', evalMd('## cases: a\n'), 'eval.md:5:1', /heading/],
    ['a heading in a case', evalMd(`## case: a\ninput: x\n### finale\n`), 'eval.md:7:1', /heading/],
    ['a field', evalMd(`## case: a\ninput: x\ntag: y\n${CRITERIA}`), 'eval.md:7:1', /no field "tag"/],
    ['a setting', evalMd(`## case: a\ninput: x\nweight: -1\n${CRITERIA}`), 'eval.md:7:1', /must be > 0/],
    ['no input', evalMd(`## case: a\n${CRITERIA}`), 'eval.md:5:1', /no input/],
    ['no criteria', evalMd('## case: a\ninput: x\n'), 'eval.md:5:1', /nothing that is checked/],
    ['an empty part', evalMd('## case: a\ninput: x\n### final\n'), 'eval.md:7:1', /no criteria/],
    ['a mark', evalMd('## case: a\ninput: x\n### final\n- [requird] Is so.\n'), 'eval.md:8:1', /"\[requird\]"/],
    ['prose', evalMd('## case: a\ninput: x\n### final\nIs so.\n'), 'eval.md:8:1', /no criterion/],
    [
      'a scorer',
      evalMd('## case: a\ninput: x\n### final\n- So.\n  - contain: b\n'),
      'eval.md:9:5',
      /no scorer "contain"/,
    ],
    [
      'an argument',
      evalMd('## case: a\ninput: x\n### final\n- So.\n  - contains: { alll: [b] }\n'),
      'eval.md:9:17',
      /did you mean "all"/,
    ],
    ['YAML', evalMd('## case: a\ninput: x\n### final\n- So.\n  - contains: [b\n'), 'eval.md:9:17', /YAML/],
    ['a fence', evalMd('## case: a\ninput: x\n### final\n- So.\n```yaml\n'), 'eval.md:9:1', /never closed/],
    ['broken JSON', evalMd(`## case: a\ninput: {"a": \n${CRITERIA}`), 'eval.md:6:1', /begins like JSON/],
    [
      'a pattern',
      evalMd('## case: a\ninput: x\n### final\n- So.\n  - regex: "(?=x)"\n'),
      'eval.md:9:5',
      /pattern cannot be used/,
    ],
  ])('is refused with its place for %s', (_, text, place, message) => {
    inSkill({ 'eval.md': text }, (dir) => {
      const flaw = readEvalFiles(dir, 'demo').flaws[0];
      expect([`${flaw?.file}:${flaw?.line}:${flaw?.column}`, flaw?.message]).toEqual([
        place,
        expect.stringMatching(message),
      ]);
      expect(() => readEvalSet(dir, 'demo')).toThrow(message);
    });
  });

  it('as `reyn new` writes it is read', () => {
    expect(setOf({ 'eval.md': evalTemplate('demo') }).cases[0]?.checks.map(({ scorer }) => scorer)).toEqual([
      'judge',
      'judge',
    ]);
    const made = setOf({ 'eval.md': skillTemplate('demo').get('eval.md') ?? '' });
    expect(made.cases[0]?.checks.map(({ scorer }) => scorer)).toEqual(['json_path', 'judge', 'judge']);
  });

  it('is read or refused, whatever is in it', () => {
    const part = fc.constantFrom(
      ...[
        '## case: a',
        '## case:',
        '### final',
        '### phase: p',
        '- [required] x',
        '  - exact: 1',
        '  - {',
        '```yaml',
        '```',
        '~~~',
      ],
      ...[
        'input: x',
        'input:',
        '  a: 1',
        'tags: [',
        '- ',
        '* y',
        'expected: {',
        '---',
        '',
        '\u2028',
        '# x',
        'weight: .inf',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 30 }), (body) => {
        const { cases, flaws } = readEvalMd(evalMd(body.join('\n')), 'eval.md', 'demo', []);
        for (const one of cases) expect(one.checks.length).toBeGreaterThan(0);
        for (const { line } of flaws) expect(line).toBeLessThanOrEqual(body.join('\n').split('\n').length + 5);
      }),
    );
  });
});

describe('JSON lines', () => {
  it('give cases, of every file in the order of their paths', () => {
    const { cases } = setOf({
      'evals/b.jsonl': `\n${lines({ id: 'b', input: { n: 1 }, expected: 2 })}`,
      'evals/a/one.jsonl': lines({
        id: 'a',
        input: 'x',
        checks: [{ numeric: 3, pass: 0.5, required: false, text: 'Three.' }],
      }),
      'evals/scripted.yaml': 'rules: [',
      'evals/world.yaml': 'no cases',
    });
    expect(cases).toEqual([
      {
        id: 'a',
        input: 'x',
        checks: [
          {
            id: 'check 1',
            scorer: 'numeric',
            of: { at: 'final' },
            required: false,
            text: 'Three.',
            args: { value: 3 },
            pass: 0.5,
          },
        ],
        tags: [],
        mustPass: false,
        weight: 1,
        where: { file: 'evals/a/one.jsonl', line: 1 },
      },
      {
        id: 'b',
        input: { n: 1 },
        expected: 2,
        checks: [
          {
            id: 'expected',
            scorer: 'exact',
            of: { at: 'final' },
            required: true,
            text: 'Is what is expected.',
            args: {},
          },
        ],
        tags: [],
        mustPass: false,
        weight: 1,
        where: { file: 'evals/b.jsonl', line: 2 },
      },
    ]);
  });

  it.each([
    ['a line that ends early', '{"id": "a"', '1:11', /not JSON/],
    ['what is not JSON', '{"id": "a" "input": true}', '1:12', /not JSON/],
    ['a list', '[]', '1:1', /mapping/],
    ['an unknown key', '{"id": "a", "input": 1, "expect": 1}', '1:25', /did you mean "expected"/],
    ['no id', '{"input": 1, "expected": 1}', '1:1', /lacks "id"/],
    ['an id over two lines', '{"id": "a\\nb", "input": 1, "expected": 1}', '1:2', /one line/],
    ['nothing to check', '{"id": "a", "input": 1}', '1:2', /nothing that is checked/],
    ['no scorer', '{"id": "a", "input": 1, "checks": [{"text": "x"}]}', '1:36', /names no scorer/],
    ['two scorers', '{"id": "a", "input": 1, "checks": [{"exact": 1, "numeric": 1}]}', '1:49', /two scorers/],
    [
      'one id for two checks',
      '{"id": "a", "input": 1, "checks": [{"exact": 1, "id": "x"}, {"exact": 2, "id": "x"}]}',
      '1:61',
      /Two checks/,
    ],
    [
      'a check that holds whatever comes',
      '{"id": "a", "input": 1, "checks": [{"judge": "x", "pass": 0}]}',
      '1:51',
      /must be > 0/,
    ],
    [
      'a file that is not there',
      '{"id": "a", "input": 1, "checks": [{"js": "gone.js"}]}',
      '1:37',
      /no evals\/gone.js \(did you mean "gune.js"/,
    ],
    ['nesting', `{"id": "a", "input": ${'['.repeat(70)}${']'.repeat(70)}, "expected": 1}`, '1:1', /deeper/],
    ['the key __proto__', '{"id": "a", "input": {"__proto__": 1}, "expected": 1}', '1:1', /__proto__/],
    ['too much', `{"id": "a", "input": "${'x'.repeat(1024 * 1024)}"}`, '1:1', /larger than/],
  ])('are refused with their place for %s', (_, line, place, message) => {
    inSkill({ 'evals/a.jsonl': line, 'evals/gune.js': '' }, (dir) => {
      const flaw = readEvalFiles(dir, 'demo').flaws[0];
      expect([`${flaw?.line}:${flaw?.column}`, flaw?.message]).toEqual([place, expect.stringMatching(message)]);
    });
  });

  it('are read instead of the cases of the skill when a file is named', () => {
    const files = {
      'eval.md': evalMd('', 'acceptance_threshold: 0.5'),
      'other/set.jsonl': lines({ id: 'x', input: 1, expected: 1 }),
    };
    inSkill({ ...files, 'evals/a.jsonl': lines({ id: 'a', input: 1, expected: 1 }) }, (dir) => {
      const set = readEvalSet(dir, 'demo', { dataset: path.join(dir, 'other/set.jsonl') });
      expect([set.cases.map(({ id }) => id), set.acceptanceThreshold]).toEqual([['x'], 0.5]);
      expect(() => readEvalSet(dir, 'demo', { dataset: path.join(dir, 'none.jsonl') })).toThrow(/There is no file/);
    });
  });
});

describe('a set of cases', () => {
  const CASE = { id: 'a', input: 1, expected: 1 };

  it('has each id once', () => {
    inSkill({ 'eval.md': evalMd(`## case: a\ninput: x\n${CRITERIA}`), 'evals/a.jsonl': lines(CASE) }, (dir) => {
      expect(() => readEvalSet(dir, 'demo')).toThrow(/case "a" in eval.md:5 already/);
    });
  });

  it('is not there for a skill without cases, and it is said what makes some', () => {
    inSkill({ 'evals/scripted.yaml': 'rules: []' }, (dir) => {
      expect(() => readEvalSet(dir, 'demo')).toThrow(
        expect.objectContaining({ code: 'eval', exit: 2, hint: expect.stringContaining('reyn eval build demo') }),
      );
    });
  });

  it('follows no link', () => {
    inSkill({ 'x.jsonl': lines(CASE), 'evals/a.jsonl': lines({ ...CASE, id: 'b' }) }, (dir) => {
      fs.symlinkSync(path.join(dir, 'x.jsonl'), path.join(dir, 'evals/link.jsonl'));
      expect(() => readEvalSet(dir, 'demo')).toThrow(/a link/);
    });
    inSkill({ 'x/a.jsonl': lines(CASE) }, (dir) => {
      fs.symlinkSync(path.join(dir, 'x'), path.join(dir, 'evals'));
      expect(() => readEvalSet(dir, 'demo')).toThrow(/a link/);
    });
  });

  it('has a digest of all its files, and one of what judges', () => {
    const digests = (...cases: readonly object[]) => {
      const { digest, scorers } = setOf({
        'evals/a.jsonl': lines(...cases),
        'evals/grade.js': 'export default () => 1',
      });
      return { digest, scorers };
    };
    const first = digests(CASE);
    expect(digests(CASE)).toEqual(first);
    const other = digests({ ...CASE, input: 2 });
    expect(other.digest).not.toBe(first.digest);
    expect(other.scorers).toBe(first.scorers);
    expect(digests({ ...CASE, expected: 2 }).scorers).not.toBe(first.scorers);
    const graded = setOf({ 'evals/a.jsonl': lines(CASE), 'evals/grade.js': 'export default () => 0' });
    expect(graded.scorers).not.toBe(first.scorers);
  });

  it('tells how many more flaws there are', () => {
    inSkill({ 'evals/a.jsonl': '1\n2\n3\n' }, (dir) => {
      expect(() => readEvalSet(dir, 'demo')).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('2 more') }),
      );
    });
  });
});
