/** Mean of independent values with bounds from Student's t distribution. */
export type Interval = {
  readonly mean: number;
  /** Ends of the two-sided 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** One-sided 95 % bounds: the mean is below `upper`, and above `lower`, with 95 % confidence each. */
  readonly lower: number;
  readonly upper: number;
};

/**
 * The t interval of a mean: mean ± t · s / √n, with n − 1 degrees of freedom. Of a single value nothing is known: its
 * bounds are infinite. Here a value is the paired difference of one cluster.
 */
export function tInterval(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  if (n < 2) return { mean, low: -Infinity, high: Infinity, lower: -Infinity, upper: Infinity };
  const error = standardError(values);
  const [two, one] = [tQuantile(0.975, n - 1) * error, tQuantile(0.95, n - 1) * error];
  return { mean, low: mean - two, high: mean + two, lower: mean - one, upper: mean + one };
}

/** Standard error of the mean: s / √n. */
export function standardError(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1) / n);
}

const known = new Map<string, number>();

/** The value that a t variable with `df` degrees of freedom stays below with probability `p` (.5 < p < 1). */
export function tQuantile(p: number, df: number): number {
  const key = `${p}/${df}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let [low, high] = [0, 1];
  while (tail(high, df) > 1 - p) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (tail(middle, df) > 1 - p) low = middle;
    else high = middle;
  }
  known.set(key, high);
  return high;
}

/** P(T > t) for t >= 0: half of the regularised incomplete beta function at df / (df + t²). */
function tail(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

/** Continued fraction by Lentz's method (Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return (Math.exp(a * Math.log(x) + b * Math.log(1 - x) - logBeta(a, b)) * fraction) / a;

  function nonZero(value: number): number {
    return Math.abs(value) < tiny ? tiny : value;
  }
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series, after moving the argument up to where it is exact to 1e-14. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 15) shift += Math.log(at++);
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift;
}
