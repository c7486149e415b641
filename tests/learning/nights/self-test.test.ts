import { describe, expect, it } from 'vitest';
import { selfTest } from '../../../src/learning/nights/self-test.ts';
import { nextRuns, start, tell, verdictOf } from '../../../src/learning/verdicts/rule.ts';

const rule = { start, nextRuns, tell, verdictOf };

describe('the self-test of a night', () => {
  it('sees a regression fail, a change that does nothing held back, and a gain pass', () => {
    const { ok, checks } = selfTest();
    expect(checks.map(({ name, got }) => [name, got])).toEqual([
      ['a planted regression', 'FAIL'],
      ['a change that does nothing', expect.stringMatching(/^(FAIL|INDETERMINATE)$/)],
      ['a plain gain', 'PASS'],
    ]);
    expect(ok).toBe(true);
    expect(selfTest()).toEqual(selfTest());
  });

  it.each([
    ['passes everything', { ...rule, verdictOf: (state: Parameters<typeof verdictOf>[0]) => passed(verdictOf(state)) }],
    [
      'takes the arms for each other',
      {
        ...rule,
        tell: (state: Parameters<typeof tell>[0], runs: Parameters<typeof tell>[1]) =>
          tell(
            state,
            runs.map((run) => ({ ...run, arm: run.arm === 'a' ? ('b' as const) : ('a' as const) })),
          ),
      },
    ],
    ['never comes to an end', { ...rule, verdictOf: () => undefined }],
    [
      'breaks',
      {
        ...rule,
        nextRuns: () => {
          throw new Error('broken');
        },
      },
    ],
  ])('does not believe a rule that %s', (_, broken) => {
    expect(selfTest(broken).ok).toBe(false);
  });
});

function passed(verdict: ReturnType<typeof verdictOf>) {
  return verdict === undefined ? undefined : { ...verdict, verdict: 'PASS' as const };
}
