import { stream } from '../../os/models/world/stream.ts';
import { alphaOf } from '../verdicts/ledger.ts';
import { nextRuns, type RuleState, start, tell, verdictOf } from '../verdicts/rule.ts';
import type { ArmRun, Verdict, WantedRun } from '../verdicts/verdict.ts';
import type { NightReport } from './report.ts';

/**
 * Before a night believes any verdict the rule is shown three candidates of a tiny world whose worth is known. One that
 * lets a regression through, or takes noise for a gain, would promote by mistake; the night then stops.
 */
export type SelfTest = NightReport['self_test'];

/** The rule of verdicts, as a night uses it. */
export type Rule = {
  readonly start: typeof start;
  readonly nextRuns: typeof nextRuns;
  readonly tell: typeof tell;
  readonly verdictOf: typeof verdictOf;
};

const RULE: Rule = { start, nextRuns, tell, verdictOf };

const CLUSTERS = 30;
/** Few enough to be over in milliseconds; the smallest p they can come to is well below what a look may spend. */
const DRAWS = 4000;
/** A rule that wants runs for ever is as wrong as one that decides wrongly. */
const MOST_ROUNDS = 50;

type Known = {
  readonly name: string;
  /** Chance of each arm to pass a case. */
  readonly a: number;
  readonly b: number;
  readonly expected: string;
  readonly holds: (verdict: Verdict['verdict']) => boolean;
};

const WORLDS: readonly Known[] = [
  { name: 'a planted regression', a: 0.9, b: 0.3, expected: 'FAIL', holds: (verdict) => verdict === 'FAIL' },
  { name: 'a change that does nothing', a: 0.6, b: 0.6, expected: 'not PASS', holds: (verdict) => verdict !== 'PASS' },
  { name: 'a plain gain', a: 0.2, b: 0.9, expected: 'PASS', holds: (verdict) => verdict === 'PASS' },
];

/** @param rule for tests of this test: a rule with a fault. */
export function selfTest(rule: Rule = RULE): SelfTest {
  const checks = WORLDS.map((world) => {
    const got = judge(rule, world);
    return { name: world.name, expected: world.expected, got, ok: isVerdict(got) && world.holds(got) };
  });
  return { ok: checks.every(({ ok }) => ok), checks };
}

function judge(rule: Rule, world: Known): string {
  const cases = Array.from({ length: CLUSTERS }, (_, i) => ({
    case: `c${i}`,
    cluster: `k${i}`,
    mustPass: false,
    weight: 1,
  }));
  const seed = `self-test|${world.name}`;
  try {
    let state: RuleState = rule.start({ seed, cases, attempt: 1, alpha: alphaOf(1), draws: DRAWS });
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const verdict = rule.verdictOf(state);
      if (verdict !== undefined) return verdict.verdict;
      state = rule.tell(
        state,
        rule.nextRuns(state).map((wanted) => play(world, wanted)),
      );
    }
    return 'no end';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function play(world: Known, wanted: WantedRun): ArmRun {
  const { next } = stream(`${world.name}|${wanted.arm}|${wanted.case}|${wanted.repeat}`);
  const pass = next() < world[wanted.arm];
  return { ...wanted, score: pass ? 1 : 0, pass, infra: false, tokens: 100, usd: 0, ms: 1 };
}

function isVerdict(text: string): text is Verdict['verdict'] {
  return text === 'PASS' || text === 'FAIL' || text === 'INDETERMINATE';
}
