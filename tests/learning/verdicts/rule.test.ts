import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOf } from '../../../src/learning/verdicts/ledger.ts';
import type { RuleCase } from '../../../src/learning/verdicts/pairs.ts';
import { nextRuns, type RuleState, start, tell, verdictOf } from '../../../src/learning/verdicts/rule.ts';
import type { ArmRun, Verdict, WantedRun } from '../../../src/learning/verdicts/verdict.ts';
import { stream } from '../../../src/os/models/world/stream.ts';

type World = (run: WantedRun) => Partial<ArmRun> | 'missing';

function cases(count: number, more: Partial<RuleCase> = {}): RuleCase[] {
  return Array.from({ length: count }, (_, at) => ({
    case: `c${at}`,
    cluster: `k${at}`,
    mustPass: false,
    weight: 1,
    ...more,
  }));
}

function opened(all: readonly RuleCase[], attempt = 1): RuleState {
  return start({ seed: 'test', cases: all, attempt, alpha: alphaOf(attempt), draws: 5000 });
}

/** One batch told. */
function step(state: RuleState, world: World): RuleState {
  const runs = nextRuns(state).flatMap((wanted) => {
    const came = world(wanted);
    return came === 'missing' ? [] : [{ ...wanted, score: 0, infra: false, tokens: 100, usd: 0, ms: 1, ...came }];
  });
  return tell(state, runs);
}

function judge(all: readonly RuleCase[], world: World, attempt = 1): Verdict {
  let state = opened(all, attempt);
  while (verdictOf(state) === undefined) state = step(state, world);
  return verdictOf(state) as Verdict;
}

/** Arm b passes all, a those whose number is not below `fixed`. */
const fixes =
  (fixed: number): World =>
  ({ case: name, arm }) => ({ score: arm === 'b' || Number(name.slice(1)) >= fixed ? 1 : 0 });

describe('PASS', () => {
  it('is given to a clear gain at the first look, with all that is shown of it', () => {
    const verdict = judge(cases(30), fixes(15));
    expect(verdict).toMatchObject({ verdict: 'PASS', code: 'gain', runs: 60, looks: 1 });
    expect(verdict.counts).toEqual({ fixed: 15, broken: 0, flaky: 0, clusters: 30 });
    expect(verdict.p).toBe(2 ** -15);
    expect(verdict.gain?.mean).toBeCloseTo(0.5);
    expect(verdict.pass).toEqual({ a: { one: 0.5, all: 0.5, k: 1 }, b: { one: 1, all: 1, k: 1 } });
  });

  it('needs three looks where the gain is proved by repeats alone, and each look spends its share', () => {
    const verdict = judge(cases(20), fixes(7));
    // 2^-7 is more than the first share of alpha, and less than the second
    expect(verdict.alpha.looks.map((each) => each.toFixed(4))).toEqual(['0.0061', '0.0122', '0.0122']);
    expect(verdict).toMatchObject({ verdict: 'PASS', looks: 2, runs: 120 });
  });

  it('is not to be had at a later attempt for what passes at the first', () => {
    expect(judge(cases(20), fixes(7), 1).verdict).toBe('PASS');
    expect(judge(cases(20), fixes(7), 2)).toMatchObject({ verdict: 'INDETERMINATE', code: 'undecided' });
  });

  it('is not to be had below twelve clusters, however many cases there are', () => {
    const eleven = cases(60).map((each, at) => ({ ...each, cluster: `k${at % 11}` }));
    expect(judge(eleven, fixes(60))).toMatchObject({ verdict: 'INDETERMINATE', code: 'infeasible', runs: 0 });
  });

  it('is not to be had by repeats or cases of few clusters that count as independent', () => {
    const twelve = cases(60).map((each, at) => ({ ...each, cluster: `k${at % 12}` }));
    // five clusters of twelve are better: 25 cases, 125 runs, and p is 1/32 all the same
    const verdict = judge(twelve, ({ case: name, arm }) => {
      const isBetter = Number(name.slice(1)) % 12 < 5;
      return { score: arm === 'b' || !isBetter ? 1 : 0 };
    });
    expect(verdict).toMatchObject({ verdict: 'INDETERMINATE', p: 1 / 32 });
  });

  it('is not given to a gain below .02, however sure it is', () => {
    const verdict = judge(cases(30), ({ arm }) => ({ score: arm === 'b' ? 0.51 : 0.5 }));
    expect(verdict.p).toBeLessThan(0.001);
    expect(verdict).toMatchObject({ verdict: 'FAIL', code: 'futile', looks: 2 });
  });
});

describe('FAIL', () => {
  it('is given to a candidate that is worse, at the first look', () => {
    const verdict = judge(cases(20), ({ case: name, arm }) => ({
      score: arm === 'a' || Number(name.slice(1)) > 9 ? 1 : 0,
    }));
    expect(verdict).toMatchObject({ verdict: 'FAIL', code: 'harm', runs: 40, counts: { broken: 10 } });
  });

  it('is given from the second look on where no gain that matters can be left', () => {
    expect(judge(cases(20), () => ({ score: 1 }))).toMatchObject({ verdict: 'FAIL', code: 'futile', looks: 2 });
  });

  it('is given where one case is broken for good, however large the gain of others', () => {
    const broken: World = (run) => (run.case === 'c29' ? { score: run.arm === 'a' ? 1 : 0 } : fixes(25)(run));
    const verdict = judge(cases(30), broken);
    // two more pairs for the suspect, then three rounds of five
    expect(verdict).toMatchObject({ verdict: 'FAIL', code: 'regression', looks: 1, runs: 60 + 4 + 30 });
  });

  it('is given where a case that must pass fails in three of five fresh pairs and never did', () => {
    const all = cases(30).map((each) => (each.case === 'c29' ? { ...each, mustPass: true } : each));
    const world: World = (run) => {
      if (run.case !== 'c29') return fixes(25)(run);
      const misses = [2, 5, 7, 9].includes(run.repeat);
      return { score: run.arm === 'b' && misses ? 0 : 1 };
    };
    expect(judge(all, world)).toMatchObject({ verdict: 'FAIL', code: 'regression', runs: 60 + 4 + 10 });
    const once: World = (run) =>
      run.case === 'c29' ? { score: run.arm === 'b' && run.repeat === 2 ? 0 : 1 } : fixes(25)(run);
    expect(judge(all, once)).toMatchObject({ verdict: 'PASS', runs: 60 + 4 + 10 });
  });

  it('is not given for a case that one fresh round clears', () => {
    const lucky: World = (run) =>
      run.case === 'c29' ? { score: (run.arm === 'a') === run.repeat < 10 ? 1 : 0 } : fixes(25)(run);
    expect(judge(cases(30), lucky)).toMatchObject({ verdict: 'PASS', runs: 60 + 4 + 20 });
  });
});

describe('INDETERMINATE', () => {
  it('holds a gain that costs more than it is worth, and lets one pass that costs no more than it gains', () => {
    const costs =
      (tokens: number): World =>
      (run) =>
        ({ ...(fixes(10)(run) as object), tokens: run.arm === 'b' ? tokens : 100 }) as Partial<ArmRun>;
    // a gain of a third may cost 43 % more
    expect(judge(cases(30), costs(142))).toMatchObject({ verdict: 'PASS' });
    expect(judge(cases(30), costs(145))).toMatchObject({ verdict: 'INDETERMINATE', code: 'cost', looks: 3 });
  });

  it('is not given for time: how long runs took is shown and judged by nobody', () => {
    const slow: World = (run) => ({ ...(fixes(10)(run) as object), tokens: 0, ms: run.arm === 'b' ? 5000 : 100 });
    expect(judge(cases(30), slow)).toMatchObject({ verdict: 'PASS', cost: { usd: 0, tokens: 0, ms: 49 } });
  });

  it('holds a gain while a guard measure may have got worse', () => {
    const guarded =
      (least: number): World =>
      (run) => {
        const bad = run.arm === 'b' && Number(run.case.slice(1)) < least;
        return { ...(fixes(10)(run) as object), guards: { calm: bad ? 0 : 1 } };
      };
    expect(judge(cases(30), guarded(0))).toMatchObject({ verdict: 'PASS' });
    expect(judge(cases(30), guarded(3))).toMatchObject({ verdict: 'INDETERMINATE', code: 'guard' });
  });

  it('is said when more than a tenth of the runs is lost to infrastructure, whichever arm lost them', () => {
    for (const arm of ['a', 'b']) {
      const lost =
        (most: number): World =>
        (run) => ({
          ...(fixes(15)(run) as object),
          infra: run.arm === arm && Number(run.case.slice(1)) < most,
        });
      expect(judge(cases(30), lost(7))).toMatchObject({ verdict: 'INDETERMINATE', code: 'infra', looks: 1 });
      expect(judge(cases(30), lost(6))).toMatchObject({ verdict: 'PASS', counts: { clusters: 24 } });
    }
  });

  it('is said when the runs it may have are used up', () => {
    const state = start({ seed: 's', cases: cases(20), attempt: 1, alpha: alphaOf(1), most: 119 });
    const after = step(state, fixes(7));
    expect(verdictOf(after)).toMatchObject({ verdict: 'INDETERMINATE', code: 'undecided', runs: 40 });
  });
});

describe('runs', () => {
  it('are wanted of both arms alike, in an order that repeats with the seed and keeps no arm together', () => {
    const wanted = nextRuns(opened(cases(20)));
    expect(wanted).toEqual(nextRuns(opened(cases(20))));
    expect(new Set(wanted.map(({ case: name, arm }) => name + arm)).size).toBe(40);
    const changes = wanted.filter(({ arm }, at) => at > 0 && arm !== wanted[at - 1]?.arm).length;
    expect(changes).toBeGreaterThan(10);
    expect(nextRuns(start({ ...opened(cases(20)).settings, seed: 'other' }))).not.toEqual(wanted);
  });

  it('that have no result score 0: a candidate gains nothing by losing what it cannot do', () => {
    // b answers only what it passes; counted without what is missing it would be perfect
    const selective: World = ({ case: name, arm }) =>
      arm === 'a' ? { score: Number(name.slice(1)) % 2 } : Number(name.slice(1)) % 2 === 1 ? { score: 1 } : 'missing';
    const verdict = judge(cases(30), selective);
    expect(verdict.gain?.mean).toBe(0);
    expect(verdict.verdict).toBe('FAIL');
    const worse: World = ({ case: name, arm }) =>
      arm === 'b' && Number(name.slice(1)) < 10 ? 'missing' : { score: 1 };
    expect(judge(cases(30), worse)).toMatchObject({ verdict: 'FAIL', code: 'harm' });
  });

  it('give the same verdict in whatever order they end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, gain) => {
        const all = cases(14);
        const world: World = ({ case: name, arm, repeat }) => {
          const u = stream(`${seed}|${name}|${arm}|${repeat}`).next();
          return { score: u < (arm === 'a' ? 0.4 : 0.4 + gain) ? 1 : 0 };
        };
        const forward = judge(all, world);
        let state = opened(all);
        while (verdictOf(state) === undefined) {
          const runs = nextRuns(state).map((run) => ({
            ...run,
            infra: false,
            tokens: 100,
            usd: 0,
            ms: 1,
            ...(world(run) as { score: number }),
          }));
          state = tell(state, runs.reverse());
          // as it would be read from a log after a crash
          state = JSON.parse(JSON.stringify(state)) as RuleState;
        }
        expect(verdictOf(state)).toEqual(forward);
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});
