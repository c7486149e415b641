import { describe, expect, it } from 'vitest';
import { readInspect, type TargetScorer } from '../../../src/learning/evals/importing/inspect.ts';
import { lines } from './eval-files.ts';

const read = (scorer: TargetScorer, ...samples: readonly object[]) =>
  readInspect(lines(...samples), 'samples.jsonl', scorer);

describe('samples of Inspect', () => {
  it('become cases with their target as a check', () => {
    const { cases, left } = read(
      'contains',
      { id: 7, input: 'Capital of France?', target: 'Paris', metadata: { level: 1, more: { a: 1 } } },
      { input: [{ role: 'user', content: 'Two or three?' }], target: ['two', 'three'], extra: 1 },
    );
    const check = {
      id: 'target',
      of: { at: 'final' },
      required: true,
      text: 'Has the target in it.',
      scorer: 'contains',
    };
    expect(cases).toEqual([
      {
        id: '7',
        input: 'Capital of France?',
        expected: 'Paris',
        checks: [{ ...check, args: { any: ['Paris'], ignore_case: true } }],
        tags: ['level=1'],
        mustPass: false,
        weight: 1,
      },
      {
        id: 'sample 2',
        input: 'Two or three?',
        checks: [{ ...check, args: { any: ['two', 'three'], ignore_case: true } }],
        tags: [],
        mustPass: false,
        weight: 1,
      },
    ]);
    expect(left.map((one) => [one.case, one.what, one.name])).toEqual([
      ['7', 'setting', 'metadata.more'],
      ['sample 2', 'setting', 'extra'],
    ]);
  });

  it('put choices below the question, and expect the letter alone', () => {
    const { cases } = read('contains', { input: 'Which?', choices: ['red', 'blue'], target: 'b' });
    expect(cases[0]?.input).toBe('Which?\n\nA) red\nB) blue\n\nAnswer with the letter alone.');
    expect(cases[0]?.checks).toMatchObject([{ scorer: 'regex', args: { pattern: '^\\W*B\\W*$', flags: 'i' } }]);
  });

  it.each<[TargetScorer, object, unknown]>([
    ['exact', { target: 'x' }, { exact: { value: 'x' } }],
    ['judge', { target: 'x' }, { judge: { rubric: expect.stringContaining('x') } }],
    ['exact', { target: ['x', 'y'] }, /several targets/],
    ['contains', { target: '' }, /no target/],
    ['contains', { target: 'C', choices: ['a', 'b'] }, /not a letter/],
    ['contains', { target: 'x', files: { a: 'b' } }, /needs "files"/],
    ['contains', { target: 'x', input: [{ role: 'system', content: 'a' }] }, /neither/],
  ])('%s of %j', (scorer, sample, wanted) => {
    const { cases, left } = read(scorer, { input: 'q', ...sample });
    const [check] = cases[0]?.checks ?? [];
    if (wanted instanceof RegExp) expect([cases, left.at(-1)?.why]).toEqual([[], expect.stringMatching(wanted)]);
    else expect(check && { [check.scorer]: check.args }).toEqual(wanted);
  });

  it('may be one JSON list, and have each id once', () => {
    const { cases } = readInspect(
      JSON.stringify([
        { id: 'a', input: 'q', target: 'x' },
        { id: 'a', input: 'q', target: 'x' },
      ]),
      's.json',
      'exact',
    );
    expect(cases.map(({ id }) => id)).toEqual(['a', 'a #2']);
  });

  it('are refused with the line that is not JSON', () => {
    expect(() => readInspect('{"input": "a", "target": "b"}\n{\n', 's.jsonl', 'exact')).toThrow(
      expect.objectContaining({ where: { file: 's.jsonl', line: 2 } }),
    );
  });
});
