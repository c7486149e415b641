import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/learning/evals/compare.ts';
import { fisherP, meanInterval, tQuantile975 } from '../../../src/learning/evals/interval.ts';
import { caseOf, reportOf, sideOf } from './sample.ts';

const one = (a: string, b: string) => compare([sideOf('a', { x: a })], [sideOf('b', { x: b })]);

describe('comparing two versions', () => {
  it.each([
    ['0', '1', 'fixed', false],
    ['1', '0', 'broken', false],
    ['1', '1', 'same', false],
    ['0', '0', 'same', false],
    ['110', '111', 'flaky', false],
    ['111', '101', 'flaky', false],
    ['111', '000', 'broken', false],
    ['11111', '00000', 'broken', true],
    ['11110', '00000', 'broken', true],
    // The shares are .6 and .4: any case that passes half the time gets there easily.
    ['11100', '11000', 'flaky', false],
    ['1110011100', '1100011000', 'flaky', false],
    ['11110', '10000', 'broken', false],
  ])('calls a case that went %s and goes %s %s, confirmed: %s', (a, b, change, confirmed) => {
    const compared = one(a, b);
    expect(compared.cases).toMatchObject([{ id: 'x', change, confirmed }]);
    expect(compared).toMatchObject({ regressed: confirmed, regressions: confirmed ? ['x'] : [] });
  });

  it('calls a single miss of a case that must pass broken, and confirms it by the same rule', () => {
    const must = { mustPass: true };
    const sides = (b: string) =>
      compare([reportOf('a', [caseOf('x', 'a', '11111', must)])], [reportOf('b', [caseOf('x', 'b', b, must)])]);
    expect(sides('11110').cases).toMatchObject([{ change: 'broken', confirmed: false }]);
    expect(sides('10000').cases).toMatchObject([{ change: 'broken', confirmed: true }]);
  });

  it('accuses a version that is no worse of hardly any of its cases', () => {
    // 2,000 cases that pass half the time on both sides, by a fixed generator.
    let state = 7;
    const coin = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 16) & 1;
    };
    const repeats = () => Array.from({ length: 5 }, coin).join('');
    const cases = Array.from({ length: 2000 }, (_, i) => [`c${i}`, repeats(), repeats()] as const);
    const { regressions } = compare(
      [sideOf('a', Object.fromEntries(cases.map(([id, a]) => [id, a])))],
      [sideOf('b', Object.fromEntries(cases.map(([id, , b]) => [id, b])))],
    );
    expect(regressions.length).toBeLessThan(60);
  });

  it('alerts to cases that one side lacks, and leaves them out of the figures', () => {
    const compared = compare(
      [sideOf('a', { x: '1', y: '1', gone: '1' })],
      [sideOf('b', { x: '1', y: '1', added: '0' })],
    );
    expect(compared.alerts).toEqual([
      'The candidate has no run of the case "gone".',
      'The baseline has no run of the case "added".',
    ]);
    expect(compared.counts).toEqual({ fixed: 0, broken: 0, flaky: 0, same: 2, missing: 2 });
    expect([compared.baseline.score, compared.candidate.score, compared.gain?.mean]).toEqual([1, 1, 0]);
  });

  it('counts runs that failed for nobody’s fault for neither side, and crashes as misses', () => {
    const compared = compare([sideOf('a', { x: '1i', y: 'i' })], [sideOf('b', { x: 'c', y: '1' })]);
    expect(compared.cases).toMatchObject([
      { id: 'x', change: 'broken', baseline: { passed: 1, runs: 1 }, candidate: { passed: 0, runs: 1 } },
      { id: 'y', change: 'missing' },
    ]);
    expect(compared.alerts).toContain(
      "2 of 3 runs of the baseline failed for nobody's fault and are not counted. That is too many to believe the rest.",
    );
  });

  it('puts reports of one version together, and counts a row that stands in two of them once', () => {
    const first = sideOf('a', { x: '11' });
    const again = sideOf('a', { x: '110' }, { id: 'evala00002', date: '2026-03-02T00:00:00.000Z' });
    const { baseline, cases } = compare([first, again], [sideOf('b', { x: '1' })]);
    expect(baseline).toMatchObject({ evaluations: ['evala00001', 'evala00002'], runs: 3 });
    expect(cases).toMatchObject([{ baseline: { passed: 2, runs: 3 } }]);
  });

  it.each([
    [{ model: 'other' }, 'not of the same model'],
    [{ set: { digest: 'd', scorers: 'other' } }, 'judged by was changed'],
    [{ set: { digest: 'other', scorers: 's' } }, 'eval files were changed'],
    [{ skill_version_hash: 'a'.repeat(64) }, 'the same version'],
  ])('alerts to %j', (rest, alert) => {
    const { alerts } = compare([sideOf('a', { x: '1' })], [sideOf('b', { x: '1' }, rest)]);
    expect(alerts).toEqual([expect.stringContaining(alert)]);
  });

  it('confirms a regression of all cases together, though of no case alone, from twelve cases on', () => {
    const side = (arm: 'a' | 'b', repeats: string, n: number) =>
      sideOf(arm, Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}`, i === 0 ? '1' : repeats])));
    const worse = compare([side('a', '1', 12)], [side('b', '0', 12)]);
    expect(worse).toMatchObject({ regressions: [], regressed: true });
    expect(worse.gain?.high).toBeLessThan(0);
    expect(compare([side('a', '1', 11)], [side('b', '0', 11)]).regressed).toBe(false);
  });

  it('weighs cases, and tells what a run costs more', () => {
    const weigh = (arm: 'a' | 'b', x: string, y: string) =>
      reportOf(arm, [caseOf('x', arm, x, { weight: 3 }), caseOf('y', arm, y)]);
    const dear = weigh('b', '1', '0');
    const cases = dear.cases.map((each) => ({
      ...each,
      rows: each.rows.map((r) => ({ ...r, usage: { ...r.usage, usd: 0.03, ms: 700 } })),
    }));
    const { gain, used } = compare([weigh('a', '0', '0')], [{ ...dear, cases }]);
    expect(gain?.mean).toBe(0.75);
    expect([used.usd.toFixed(3), used.ms, used.tokens]).toEqual(['0.020', 200, 0]);
  });
});

describe('the interval of a mean', () => {
  it.each([
    [1, 12.706],
    [4, 2.776],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [120, 1.98],
  ])('has the quantile of t for %i degrees of freedom', (df, t) => {
    expect(tQuantile975(df)).toBeCloseTo(t, 2.7);
  });

  it('is the textbook one, within what differences of scores can be', () => {
    // mean 0.2, standard deviation 0.1, n = 3: 0.2 ± 0.43027 / √3
    const { low, high } = meanInterval([0.1, 0.2, 0.3].map((by) => ({ by, weight: 1 }))) ?? { low: 0, high: 0 };
    expect([low, high].map((x) => x.toFixed(4))).toEqual(['-0.0484', '0.4484']);
    expect(meanInterval([0, 1].map((by) => ({ by, weight: 1 })))).toMatchObject({ mean: 0.5, low: -1, high: 1 });
  });

  it('does not become nothing where all cases are alike', () => {
    const alike = Array.from({ length: 10 }, () => ({ by: 0, weight: 1 }));
    expect(meanInterval(alike)).toEqual({ mean: 0, low: -0.3, high: 0.3, n: 10 });
  });

  it('is absent below two cases', () => {
    expect(meanInterval([{ by: 1, weight: 1 }])).toBeUndefined();
  });

  it('covers the truth in about 95 of 100 samples of ten cases', () => {
    let state = 3;
    const draw = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    let covered = 0;
    for (let i = 0; i < 2000; i += 1) {
      const pairs = Array.from({ length: 10 }, () => ({ by: draw() - 0.5, weight: 1 }));
      const { low, high } = meanInterval(pairs) ?? { low: 1, high: 1 };
      if (low <= 0 && high >= 0) covered += 1;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
    expect(covered / 2000).toBeLessThan(0.97);
  });
});

describe('the exact test of two shares', () => {
  it.each([
    [5, 0, 1 / 252],
    [4, 0, 5 / 210],
    [5, 1, 5 / 210],
  ])('gives %i and %i passes of five the share of ways that are no better', (a, b, p) => {
    expect(fisherP({ passed: a, runs: 5 }, { passed: b, runs: 5 })).toBeCloseTo(p, 10);
  });
});
