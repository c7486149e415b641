import { LOOKS } from './ledger.ts';
import { type Interval, tInterval } from './t-interval.ts';
import type { ArmRun, WantedRun } from './verdict.ts';

/** A sealed case, as the rule sees it: by names that say nothing. */
export type RuleCase = {
  readonly case: string;
  readonly cluster: string;
  readonly mustPass: boolean;
  /** Within its cluster. */
  readonly weight: number;
};

/** Runs of both arms with the same repeat, neither of which was lost to infrastructure. */
export type Pair = { readonly a: ArmRun; readonly b: ArmRun };

/** Runs by case, arm and repeat. */
export type Pairs = {
  has(run: WantedRun): boolean;
  /** Pairs of a case with `from <= repeat < to`. */
  of(name: string, to: number, from?: number): readonly Pair[];
};

export function pairsOf(runs: readonly ArmRun[]): Pairs {
  const byCase = new Map<string, { a: ArmRun[]; b: ArmRun[] }>();
  for (const run of runs) {
    const arms = byCase.get(run.case) ?? { a: [], b: [] };
    arms[run.arm][run.repeat] = run;
    byCase.set(run.case, arms);
  }
  return {
    has: (run) => byCase.get(run.case)?.[run.arm][run.repeat] !== undefined,
    of: (name, to, from = 0) => {
      const arms = byCase.get(name);
      const found: Pair[] = [];
      for (let repeat = from; repeat < to; repeat++) {
        const [a, b] = [arms?.a[repeat], arms?.b[repeat]];
        if (a !== undefined && b !== undefined && !a.infra && !b.infra) found.push({ a, b });
      }
      return found;
    },
  };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/**
 * Paired differences, candidate minus what it replaces, one for each cluster: repeats are averaged within their case,
 * and cases within their cluster. A cluster is what is independent of others; repeats of a case are not.
 */
export function clusterDifferences(
  cases: readonly RuleCase[],
  pairs: Pairs,
  repeats: number,
  measure: (run: ArmRun) => number = ({ score }) => score,
): readonly number[] {
  const clusters = new Map<string, { sum: number; weight: number }>();
  for (const { case: name, cluster, weight } of cases) {
    const found = pairs.of(name, repeats);
    if (found.length === 0) continue;
    const difference = meanOf(found.map(({ a, b }) => measure(b) - measure(a)));
    const so = clusters.get(cluster) ?? { sum: 0, weight: 0 };
    clusters.set(cluster, { sum: so.sum + weight * difference, weight: so.weight + weight });
  }
  return [...clusters.values()].map(({ sum, weight }) => sum / weight);
}

/** Guard measures that cannot be said not to have got worse: whose lower 95 % bound is not above `most` lost. */
export function worseGuards(
  cases: readonly RuleCase[],
  pairs: Pairs,
  repeats: number,
  most: number,
): readonly string[] {
  const names = new Set(
    cases.flatMap(({ case: name }) =>
      pairs.of(name, repeats).flatMap(({ a, b }) => Object.keys(a.guards ?? b.guards ?? {})),
    ),
  );
  const bound = (name: string): Interval =>
    tInterval(clusterDifferences(cases, pairs, repeats, ({ guards }) => guards?.[name] ?? 0));
  return [...names].sort().filter((name) => !(bound(name).lower > -most));
}

/** How much more the candidate took, relative to what it replaces; twice as much where that is nothing. */
export function extraCost(cases: readonly RuleCase[], pairs: Pairs, repeats: number) {
  const all = cases.flatMap(({ case: name }) => pairs.of(name, repeats));
  const extra = (measure: 'usd' | 'tokens' | 'ms') => {
    const [a, b] = [
      all.reduce((sum, pair) => sum + pair.a[measure], 0),
      all.reduce((sum, pair) => sum + pair.b[measure], 0),
    ];
    return a > 0 ? (b - a) / a : Number(b > 0);
  };
  return { usd: extra('usd'), tokens: extra('tokens'), ms: extra('ms') };
}

/** The last look that is whole: how many repeats of each case it has. */
export const MOST_REPEATS = LOOKS[LOOKS.length - 1]?.repeats ?? 0;
