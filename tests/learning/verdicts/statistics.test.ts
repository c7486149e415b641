import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feasibility } from '../../../src/learning/verdicts/feasibility.ts';
import { ALPHA, alphaByLook, alphaOf, alphaSpent, nextAttempt } from '../../../src/learning/verdicts/ledger.ts';
import { signFlip, smallestP } from '../../../src/learning/verdicts/sign-flip.ts';
import { tInterval, tQuantile } from '../../../src/learning/verdicts/t-interval.ts';
import type { ProjectEventBody } from '../../../src/os/events/event.ts';

describe('the sign-flip test', () => {
  it('counts all flips of up to twenty differences, zeros left out', () => {
    expect(signFlip([1, 1, 1, 0, 0], 's')).toEqual({ gain: 1 / 8, loss: 1, exact: true });
    expect(signFlip([3, 2, -1], 's')).toMatchObject({ gain: 2 / 8, loss: 7 / 8 });
    expect(signFlip([0, 0], 's')).toEqual({ gain: 1, loss: 1, exact: true });
    expect(signFlip(Array(20).fill(0.2), 's').gain).toBe(2 ** -20);
  });

  it('agrees with counting one flip after the other', () => {
    const difference = fc.constantFrom(-1, -2 / 3, -1 / 3, 0, 1 / 3, 0.6, 1);
    fc.assert(
      fc.property(fc.array(difference, { minLength: 1, maxLength: 9 }), (values) => {
        const seen = values.reduce((sum, each) => sum + each, 0);
        let [above, below] = [0, 0];
        for (let signs = 0; signs < 2 ** values.length; signs++) {
          const sum = values.reduce((so, each, at) => so + ((signs >> at) & 1 ? each : -each), 0);
          if (sum >= seen - 1e-9) above++;
          if (sum <= seen + 1e-9) below++;
        }
        const found = signFlip(values, 's');
        expect(found.gain).toBeCloseTo(above / 2 ** values.length, 12);
        expect(found.loss).toBeCloseTo(below / 2 ** values.length, 12);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('draws flips beyond twenty, the same ones from the same seed, near what counting gives', () => {
    const values = Array.from({ length: 24 }, (_, at) => (at % 3 === 0 ? -1 : 1));
    const found = signFlip(values, 'seed');
    expect(found).toEqual(signFlip(values, 'seed'));
    expect(found.exact).toBe(false);
    // 16 of 24 heads or more: the binomial tail
    expect(found.gain).toBeCloseTo(0.0758, 2);
    expect(signFlip(values, 'other').gain).not.toBe(found.gain);
  });

  it('never gives a p of 0', () => {
    expect(signFlip(Array(60).fill(1), 's').gain).toBe(1 / 100_001);
    expect(smallestP(60)).toBe(1 / 100_001);
    expect(smallestP(12)).toBe(2 ** -12);
  });
});

describe('the t interval', () => {
  it('has the quantiles of the tables', () => {
    for (const [p, df, t] of [
      [0.975, 1, 12.7062],
      [0.95, 5, 2.01505],
      [0.975, 11, 2.20099],
      [0.95, 29, 1.69913],
      [0.975, 99, 1.98422],
    ] as const) {
      expect(tQuantile(p, df)).toBeCloseTo(t, 4);
    }
  });

  it('is the mean and t standard errors on both sides, and knows nothing of a single value', () => {
    const found = tInterval([0, 0, 1, 1, 1]);
    expect(found.mean).toBe(0.6);
    expect(found.high - found.mean).toBeCloseTo(2.7764 * Math.sqrt(0.3 / 5), 4);
    expect(found.mean - found.lower).toBeCloseTo(2.1318 * Math.sqrt(0.3 / 5), 4);
    expect(tInterval([1]).high).toBe(Infinity);
  });
});

describe('the ledger of alpha', () => {
  const reached = (verdict: 'PASS' | 'FAIL', alpha: number, lineage = 'l', skill = 's'): ProjectEventBody => ({
    type: 'verdict_reached',
    data: {
      skill,
      lineage,
      attempt: 1,
      from_hash: 'a'.repeat(64),
      skill_version_hash: 'b'.repeat(64),
      verdict,
      code: 'x',
      alpha,
      receipt: 'r',
      by: 'me',
    },
  });

  it('never spends more than .05, over however many verdicts', () => {
    expect(alphaOf(1)).toBeCloseTo(0.0304, 4);
    expect(alphaOf(2)).toBeCloseTo(alphaOf(1) / 4, 12);
    expect(alphaSpent(100_000).spent).toBeLessThan(ALPHA);
    expect(alphaSpent(100_000).spent).toBeGreaterThan(0.0499);
    expect(alphaByLook(1)).toEqual([0.2, 0.4, 0.4]);
  });

  it('counts verdicts of a skill and a lineage since the last PASS, but those that ran nothing', () => {
    const facts = [reached('FAIL', 0.03), reached('FAIL', 0.01), reached('FAIL', 0)];
    expect(nextAttempt(facts, 's', 'l')).toBe(3);
    expect(nextAttempt(facts, 's', 'other')).toBe(1);
    expect(nextAttempt(facts, 'other', 'l')).toBe(1);
    expect(nextAttempt([...facts, reached('PASS', 0.01)], 's', 'l')).toBe(1);
  });

  it('makes a verification refuse once no result could prove anything any more', () => {
    expect(feasibility(12, 1)).toMatchObject({ feasible: true });
    expect(feasibility(11, 1)).toMatchObject({ feasible: false, power: [] });
    expect(feasibility(11, 1).why).toContain('below 12 nothing can honestly PASS');
    // 2^-12 against .0122 / j²
    expect(feasibility(12, 7).feasible).toBe(true);
    expect(feasibility(12, 8).feasible).toBe(false);
    expect(feasibility(12, 8).why).toContain('7 verdicts');
  });
});
