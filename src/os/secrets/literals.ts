/** One text among several to look for. */
export type Literal<T> = { readonly text: string; readonly of: T };

const TABLE = 1 << 14;
const hashOf = (a: number, b: number) => ((a << 7) ^ b ^ (b << 3)) & (TABLE - 1);

/**
 * Finds many literal texts in one pass that mostly leaps: for each pair of characters it is known how far the next place
 * can be at which any literal ends (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994, with blocks of
 * two). The time does not grow with the number of literals.
 */
export function literalFinder<T>(literals: readonly Literal<T>[]): (text: string, found: (start: number, literal: Literal<T>) => void) => void {
  if (literals.length === 0) return () => undefined;
  const least = Math.min(...literals.map(({ text }) => text.length));
  if (least < 2) throw new RangeError('a literal has fewer than two characters');
  const shift = new Uint16Array(TABLE).fill(Math.min(least - 1, 0xffff));
  const ending = new Map<number, Literal<T>[]>();
  for (const literal of literals) {
    for (let i = 1; i < least; i++) {
      const hash = hashOf(literal.text.charCodeAt(i - 1), literal.text.charCodeAt(i));
      shift[hash] = Math.min(shift[hash] ?? 0, least - 1 - i);
      if (i === least - 1) ending.set(hash, [...(ending.get(hash) ?? []), literal]);
    }
  }
  return (text, found) => {
    for (let i = least - 1; i < text.length; ) {
      const hash = hashOf(text.charCodeAt(i - 1), text.charCodeAt(i));
      const leap = shift[hash] ?? 0;
      if (leap > 0) {
        i += leap;
        continue;
      }
      const start = i - least + 1;
      for (const literal of ending.get(hash) ?? []) if (text.startsWith(literal.text, start)) found(start, literal);
      i++;
    }
  };
}
