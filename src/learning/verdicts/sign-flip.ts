import { fnv1a } from '../../os/models/world/stream.ts';

/** Probabilities of a mean at least as large, and at least as small, if the signs of the differences were chance. */
export type SignFlip = {
  /** One-sided: for a gain. */
  readonly gain: number;
  /** One-sided: for a loss. */
  readonly loss: number;
  /** Whether all flips were counted; else they were drawn. */
  readonly exact: boolean;
};

/** Up to so many differences other than 0 all 2^n flips are counted. */
export const EXACT_UP_TO = 20;
export const DRAWS = 100_000;
/** Sums that differ by less are equal: they are means of a few scores. */
const TIE = 1e-9;

/**
 * The sign-flip permutation test of paired differences (Fisher, "The Design of Experiments", 1935, section 21). If
 * neither of two is better, each difference is as likely to be + as −. Exact up to {@link EXACT_UP_TO} differences other
 * than 0; beyond them `draws` flips are drawn from the seed, and p = (1 + c) / (draws + 1) where c of them reach the sum
 * that was seen (Phipson and Smyth, 2010: so p is never 0 and never too small).
 *
 * @param seed a label; the same one draws the same flips.
 */
export function signFlip(differences: readonly number[], seed: string, draws: number = DRAWS): SignFlip {
  const some = differences.filter((each) => each !== 0);
  const seen = some.reduce((sum, each) => sum + each, 0);
  if (some.length <= EXACT_UP_TO) return { ...countAll(some, seen), exact: true };
  return { ...drawn(some, seen, fnv1a(seed), draws), exact: false };
}

/** The smallest p for a gain that `count` differences can come to. */
export function smallestP(count: number, draws: number = DRAWS): number {
  return count <= EXACT_UP_TO ? 2 ** -count : 1 / (draws + 1);
}

/** Walks all flips in the order of a Gray code: one sign changes at each step. */
function countAll(some: readonly number[], seen: number): Omit<SignFlip, 'exact'> {
  const signs = some.map(() => 1);
  let sum = seen;
  let [above, below] = [1, 1];
  for (let step = 1; step < 2 ** some.length; step++) {
    const at = 31 - Math.clz32(step & -step);
    sum -= 2 * (signs[at] as number) * (some[at] as number);
    signs[at] = -(signs[at] as number);
    if (sum >= seen - TIE) above++;
    if (sum <= seen + TIE) below++;
  }
  return { gain: above / 2 ** some.length, loss: below / 2 ** some.length };
}

/** Eight differences share a table of their 256 sums, so that a draw of 32 signs costs four look-ups. */
function drawn(some: readonly number[], seen: number, seed: number, draws: number): Omit<SignFlip, 'exact'> {
  const tables = Array.from({ length: Math.ceil(some.length / 8) }, (_, at) => sums(some.slice(8 * at, 8 * at + 8)));
  let state = seed;
  let [above, below] = [1, 1];
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let signs = 0;
    for (let at = 0; at < tables.length; at++) {
      if (at % 4 === 0) {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        signs = t ^ (t >>> 14);
      }
      sum += (tables[at] as Float64Array)[signs & 255] as number;
      signs >>>= 8;
    }
    if (sum >= seen - TIE) above++;
    if (sum <= seen + TIE) below++;
  }
  return { gain: above / (draws + 1), loss: below / (draws + 1) };
}

function sums(eight: readonly number[]): Float64Array {
  const table = new Float64Array(256);
  for (let signs = 0; signs < 256; signs++) {
    table[signs] = eight.reduce((sum, each, at) => sum + ((signs >> at) & 1 ? each : -each), 0);
  }
  return table;
}
