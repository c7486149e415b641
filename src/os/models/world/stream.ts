/** Seeded chance that is the same in every language: what a label names is drawn again by whoever names it. */

export type Stream = {
  /** The next number, from 0 up to but not 1. */
  next(): number;
  /** A whole number from 0 up to but not `n`. */
  int(n: number): number;
  /** An index, drawn in proportion to the weights. */
  wpick(weights: readonly number[]): number;
  /** A number from Beta(a, b), by Jöhnk's method; meant for a and b up to about 1. */
  beta(a: number, b: number): number;
};

/** FNV-1a, 32 bits, of the UTF-8 bytes of `text`. */
export function fnv1a(text: string): number {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}

/** The stream of a label: mulberry32, started from the label's {@link fnv1a}. */
export function stream(label: string): Stream {
  let a = fnv1a(label);
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    int: (n) => Math.floor(next() * n),
    wpick: (weights) => {
      let x = next() * weights.reduce((sum, weight) => sum + weight, 0);
      const index = weights.findIndex((weight) => {
        x -= weight;
        return x < 0;
      });
      return index === -1 ? weights.length - 1 : index;
    },
    beta: (p, q) => {
      for (;;) {
        const x = next() ** (1 / p);
        const y = next() ** (1 / q);
        if (x + y > 0 && x + y <= 1) return x / (x + y);
      }
    },
  };
}

/** `count` different items, in the order drawn; all of them, shuffled, where there are no more. */
export function pickSome<T>(items: readonly T[], count: number, { int }: Stream): T[] {
  const left = [...items];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0) picked.push(...left.splice(int(left.length), 1));
  return picked;
}
