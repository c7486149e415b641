/**
 * Mean of paired differences with its 95 % interval, by Student's t. Chosen over a bootstrap because that is too narrow
 * for the few cases that skills have, and because it needs no chance: the same rows always give the same figures. For
 * bounded differences of mostly 0 and ±1 it is an approximation; a verdict is decided by an exact test, not by this.
 */
export type Interval = { readonly mean: number; readonly low: number; readonly high: number; readonly n: number };

/**
 * @param pairs differences, from -1 to 1, with their weights (above 0). @returns `undefined` where there are fewer than two, of which
 * no spread can be told.
 */
export function meanInterval(pairs: readonly { readonly by: number; readonly weight: number }[]): Interval | undefined {
  const n = pairs.length;
  if (n < 2) return undefined;
  const weights = pairs.reduce((sum, { weight }) => sum + weight, 0);
  const mean = pairs.reduce((sum, { by, weight }) => sum + by * weight, 0) / weights;
  const squares = pairs.reduce((sum, { by, weight }) => sum + (weight * (by - mean)) ** 2, 0);
  const error = Math.sqrt((squares * n) / (n - 1)) / weights;
  const reach = error === 0 ? RULE_OF_THREE / n : tQuantile975(n - 1) * error;
  return { mean, low: Math.max(-1, mean - reach), high: Math.min(1, mean + reach), n };
}

/** Where all of n are alike, up to 3 of n may still be otherwise (95 %), each by 1 at the most. */
const RULE_OF_THREE = 3;
const Z = 1.959963984540054;
/** For 1 to 4 degrees of freedom, where the expansion is too far off. */
const EXACT = [12.7062, 4.30265, 3.18245, 2.77645];

/**
 * The 97.5 % quantile of Student's t: Cornish and Fisher's expansion about the normal one (Abramowitz and Stegun
 * 26.7.5), off by less than 0.001 from 5 degrees of freedom on.
 */
export function tQuantile975(df: number): number {
  const exact = EXACT[df - 1];
  if (exact !== undefined) return exact;
  const g1 = (Z ** 3 + Z) / 4;
  const g2 = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const g3 = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  const g4 = (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92_160;
  return Z + g1 / df + g2 / df ** 2 + g3 / df ** 3 + g4 / df ** 4;
}

/**
 * One-sided p that the second of two samples passes as often as the first and was only unlucky: Fisher's exact test,
 * the probability of at most `b` passes there, given how many there are in both.
 */
export function fisherP(a: Sample, b: Sample): number {
  const passed = a.passed + b.passed;
  const runs = a.runs + b.runs;
  const all = choose(runs, passed);
  let sum = 0;
  for (let x = Math.max(0, passed - a.runs); x <= b.passed; x += 1) {
    sum += choose(b.runs, x) * choose(a.runs, passed - x);
  }
  return Math.min(1, sum / all);
}

export type Sample = { readonly passed: number; readonly runs: number };

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= Math.min(k, n - k); i += 1) product = (product * (n - i + 1)) / i;
  return product;
}
