import { describe, expect, it } from 'vitest';
import { verdictBefore } from '../../../src/learning/verdicts/judge.ts';
import { alphaOf } from '../../../src/learning/verdicts/ledger.ts';
import type { Breach } from '../../../src/learning/verdicts/prechecks.ts';

const cases = Array.from({ length: 40 }, (_, i) => ({ case: `${i}`, cluster: `${i}`, mustPass: false, weight: 1 }));
const settings = { seed: 's', cases, attempt: 2, alpha: alphaOf(2) };
const refused = (...breaches: Breach[]) => verdictBefore(settings, { breaches, descends: false });

describe('a verdict that is reached without a run', () => {
  it('spends nothing where what is wrong says nothing of sealed cases', () => {
    expect(refused({ code: 'lint', reason: 'It does not pass lint.' })).toMatchObject({
      verdict: 'FAIL',
      code: 'hard',
      alpha: { spent: 0, attempt: 2 },
    });
  });

  it('spends an attempt where it tells that a text holds something of them, so that nobody can ask on and on', () => {
    expect(refused({ code: 'leak', reason: 'Its text holds something of sealed cases.' })).toMatchObject({
      verdict: 'FAIL',
      code: 'hard',
      alpha: { spent: alphaOf(2), attempt: 2 },
    });
  });

  it('is none where nothing is wrong', () => {
    expect(refused()).toBeUndefined();
  });
});
