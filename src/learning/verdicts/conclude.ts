import { alphaByLook, LOOKS } from './ledger.ts';
import { extraCost, meanOf, type Pairs, pairsOf } from './pairs.ts';
import { passed } from './regressions.ts';
import type { RuleState } from './rule-state.ts';
import type { ArmRun, PassRates, Verdict, VerdictCode, WantedRun } from './verdict.ts';

/** What the rule does next. */
export type Decision =
  | { readonly now: 'runs'; readonly wanted: readonly WantedRun[] }
  | { readonly now: 'ends'; readonly verdict: Verdict['verdict']; readonly code: VerdictCode };

const REASONS: Record<VerdictCode, string> = {
  gain: 'The gain is proved on cases its author never saw.',
  hard: 'It was refused before anything was run.',
  regression: 'It breaks cases that passed before; fresh runs confirm it.',
  harm: 'It is worse than what it would replace.',
  futile: 'If it is better at all, it is by too little to be worth a change.',
  undecided: 'It may be better, but that is not proved.',
  cost: 'It is better, but costs more than the gain is worth.',
  guard: 'It is better, but a measure that must not get worse may have.',
  infra: 'Too many runs were lost to infrastructure. Nothing was decided.',
  infeasible: 'There are too few sealed cases for any result to prove a gain. Nothing was run.',
  quarantined: 'The score in the search and the score on sealed cases are too far apart for chance.',
};

export function reasonOf(code: VerdictCode): string {
  return REASONS[code];
}

/** All that is said of a decision. */
export function conclude(state: RuleState, decision: Extract<Decision, { now: 'ends' }>): Verdict {
  const { settings, runs, tests } = state;
  const last = tests.at(-1);
  const { verdict, code } = decision;
  const looks = tests.length;
  const alpha = { spent: runs.length === 0 ? 0 : settings.alpha, attempt: settings.attempt };
  const base = {
    verdict,
    code,
    reason: reasonOf(code),
    alpha: { ...alpha, looks: alphaByLook(settings.alpha) },
    runs: runs.length,
    looks,
  };
  if (last === undefined || last.clusters === 0) return base;
  const { mean, low, high } = last.interval;
  const repeats = LOOKS[looks - 1]?.repeats ?? 1;
  const pairs = pairsOf(runs);
  return {
    ...base,
    gain: { mean: rounded(mean), low: rounded(low), high: rounded(high) },
    p: rounded(last.gain),
    pass: { a: ratesOf(state, pairs, repeats, 'a'), b: ratesOf(state, pairs, repeats, 'b') },
    counts: { ...countsOf(state, pairs, repeats), clusters: last.clusters },
    cost: roundedAll(extraCost(settings.cases, pairs, repeats)),
  };
}

/** Twelve digits: sums in another order do not differ. Infinite bounds, of one cluster alone, are as wide as can be. */
function rounded(value: number): number {
  if (!Number.isFinite(value)) return Math.sign(value);
  return Number(value.toPrecision(12));
}

function roundedAll<K extends string>(values: Readonly<Record<K, number>>): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, rounded(value)])) as Record<
    K,
    number
  >;
}

function ratesOf({ settings }: RuleState, pairs: Pairs, k: number, arm: ArmRun['arm']): PassRates {
  const byCase = settings.cases
    .map(({ case: name }) => pairs.of(name, k).map((pair) => passed(pair[arm])))
    .filter((runs) => runs.length > 0);
  const share = (values: readonly boolean[]) => meanOf(values.map(Number));
  return { one: rounded(share(byCase.flat())), all: rounded(share(byCase.map((runs) => runs.every(Boolean)))), k };
}

/** A case is fixed or broken where most runs of one arm pass and most of the other do not; else flaky where an arm has both. */
function countsOf({ settings }: RuleState, pairs: Pairs, repeats: number) {
  const counts = { fixed: 0, broken: 0, flaky: 0 };
  for (const { case: name } of settings.cases) {
    const seen = pairs.of(name, repeats);
    if (seen.length === 0) continue;
    const [a, b] = [
      meanOf(seen.map((pair) => Number(passed(pair.a)))),
      meanOf(seen.map((pair) => Number(passed(pair.b)))),
    ];
    if (a < 0.5 && b > 0.5) counts.fixed += 1;
    else if (a > 0.5 && b < 0.5) counts.broken += 1;
    else if ((a > 0 && a < 1) || (b > 0 && b < 1)) counts.flaky += 1;
  }
  return counts;
}
