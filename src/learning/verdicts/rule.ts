import { stream } from '../../os/models/world/stream.ts';
import { conclude, type Decision } from './conclude.ts';
import { alphaByLook, LOOKS } from './ledger.ts';
import { clusterDifferences, extraCost, type Pairs, pairsOf, worseGuards } from './pairs.ts';
import { regressions, unrun } from './regressions.ts';
import type { LookTest, RuleSettings, RuleState } from './rule-state.ts';
import { DRAWS, signFlip } from './sign-flip.ts';
import { tInterval } from './t-interval.ts';
import type { ArmRun, Verdict, WantedRun } from './verdict.ts';

export type * from './rule-state.ts';

/**
 * When a candidate (arm b) may replace a version of a skill (arm a), as a pure state machine: what it wants run next, what
 * came of it, and the verdict. A verification drives it with real runs, the benches with simulated ones, and whoever goes
 * on after a crash tells it again what is there.
 *
 *  - V1 All of it follows from the settings and the runs: equal runs give an equal verdict, in whatever order they ended.
 *  - V2 What was wanted and is not there scores 0. Nothing is left out but runs that infrastructure took, which are told
 *    apart before anybody looks at the arm.
 *  - V3 The unit is the cluster. Repeats and cases of a cluster are averaged, never counted as if they were independent.
 *  - V4 No look spends more than its share of alpha, and a PASS needs all conditions at one look.
 */

/** Below so many clusters no result is strong enough to be honest. */
export const LEAST_CLUSTERS = 12;
export const LEAST_GAIN = 0.02;
const FUTILE_BELOW = 0.05;
const MOST_INFRA = 0.1;
const MOST_EXTRA_COST = 0.1;
const GUARD_MARGIN = 0.02;

export function start(settings: RuleSettings): RuleState {
  return { settings, runs: [], tests: [] };
}

/** The runs that are wanted now, in the order in which they are to begin; none once there is a verdict. */
export function nextRuns(state: RuleState): readonly WantedRun[] {
  const decision = decide(state);
  if (decision.now === 'ends') return [];
  const { next } = stream(`${state.settings.seed}|order|${state.runs.length}`);
  const order = [...decision.wanted];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [order[at], order[other]] = [order[other] as WantedRun, order[at] as WantedRun];
  }
  return order;
}

/** The state once the runs that were wanted are over. One of them that is not among `runs` has no result (V2). */
export function tell(state: RuleState, runs: readonly ArmRun[]): RuleState {
  const keyOf = ({ case: name, arm, repeat }: WantedRun) => `${arm}/${repeat}/${name}`;
  const told = new Map(runs.map((run) => [keyOf(run), run]));
  const all = [...state.runs, ...nextRuns(state).map((wanted) => told.get(keyOf(wanted)) ?? missing(wanted))];
  return { ...state, runs: all, tests: testsOf(state.settings, all, state.tests) };
}

function missing(wanted: WantedRun): ArmRun {
  return { ...wanted, score: 0, pass: false, infra: false, tokens: 0, usd: 0, ms: 0 };
}

/** The verdict; `undefined` while runs are wanted. */
export function verdictOf(state: RuleState): Verdict | undefined {
  const decision = decide(state);
  return decision.now === 'ends' ? conclude(state, decision) : undefined;
}

function decide(state: RuleState): Decision {
  const { settings, runs, tests } = state;
  const { cases, alpha, most = Number.POSITIVE_INFINITY } = settings;
  if (new Set(cases.map(({ cluster }) => cluster)).size < LEAST_CLUSTERS) return end('INDETERMINATE', 'infeasible');
  const pairs = pairsOf(runs);
  let held: 'undecided' | 'cost' | 'guard' = 'undecided';
  for (const [at, { repeats }] of LOOKS.entries()) {
    const spends = alphaByLook(alpha)[at] ?? 0;
    if (lostShare(runs) > MOST_INFRA) return end('INDETERMINATE', 'infra');
    const test = tests[at];
    if (test === undefined) {
      const wanted = cases.flatMap(({ case: name }) => unrun(name, pairs, 0, repeats));
      return runs.length + wanted.length > most ? end('INDETERMINATE', held) : { now: 'runs', wanted };
    }
    if (test.clusters >= LEAST_CLUSTERS && test.gain <= spends && test.interval.mean >= LEAST_GAIN) {
      const { wanted, confirmed, unsettled } = regressions(cases, pairs, repeats);
      if (confirmed > 0) return end('FAIL', 'regression');
      if (wanted.length > 0) {
        return runs.length + wanted.length > most ? end('INDETERMINATE', held) : { now: 'runs', wanted };
      }
      if (unsettled > 0) return end('INDETERMINATE', 'infra');
      const hold = heldBy(state, pairs, repeats, test.interval.mean);
      if (hold === undefined) return end('PASS', 'gain');
      held = hold;
    } else if (test.loss <= spends) return end('FAIL', 'harm');
    else if (at > 0 && test.interval.upper < FUTILE_BELOW) return end('FAIL', 'futile');
  }
  return end('INDETERMINATE', held);
}

function end(verdict: Verdict['verdict'], code: Verdict['code']): Decision {
  return { now: 'ends', verdict, code };
}

function lostShare(runs: readonly ArmRun[]): number {
  return runs.length === 0 ? 0 : runs.filter(({ infra }) => infra).length / runs.length;
}

/** Why a gain that is proved is no PASS yet. */
function heldBy(
  { settings, runs }: RuleState,
  pairs: Pairs,
  repeats: number,
  gain: number,
): 'cost' | 'guard' | undefined {
  const { usd, tokens } = extraCost(settings.cases, pairs, repeats);
  const isPriced = runs.some((run) => run.usd > 0);
  if ((isPriced ? usd : tokens) > MOST_EXTRA_COST + gain) return 'cost';
  return worseGuards(settings.cases, pairs, repeats, GUARD_MARGIN).length > 0 ? 'guard' : undefined;
}

/** Tests of the looks that are whole, those known already first. */
function testsOf(settings: RuleSettings, runs: readonly ArmRun[], known: readonly LookTest[]): readonly LookTest[] {
  const pairs = pairsOf(runs);
  const tests = [...known];
  for (const [at, { repeats }] of LOOKS.entries()) {
    if (at < tests.length) continue;
    if (settings.cases.some(({ case: name }) => unrun(name, pairs, 0, repeats).length > 0)) break;
    const differences = clusterDifferences(settings.cases, pairs, repeats);
    const { gain, loss } = signFlip(differences, `${settings.seed}|flips|${at}`, settings.draws ?? DRAWS);
    tests.push({ clusters: differences.length, interval: tInterval(differences), gain, loss });
  }
  return tests;
}
