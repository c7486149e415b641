/** The UTF-16 codes of a text, which loops read several times as fast as the text itself. */
export function codesOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint16Array(bytes.buffer, bytes.byteOffset, text.length);
}

/** One text among several to look for. */
export type Literal<T> = { readonly text: string; readonly of: T };

const TABLE = 1 << 14;
const hashOf = (a: number, b: number) => ((a << 7) ^ b) & (TABLE - 1);
/** Makes letters of ASCII lower case; what else becomes alike is told apart when a place is looked at closely. */
const FOLD = 0x20;

export type Found<T> = (start: number, of: T) => void;

/**
 * Finds many literal texts in one pass that mostly leaps: for each pair of characters it is known how far the next place
 * can be at which any literal ends (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994, with blocks of
 * two). The time hardly grows with the number of literals.
 *
 * @param how `folded`: literals are in lower case, and found in any case.
 */
export function literalFinder<T>(
  literals: readonly Literal<T>[],
  how: 'exact' | 'folded',
): (text: string, codes: Uint16Array, found: Found<T>) => void {
  if (literals.length === 0) return () => undefined;
  const fold = how === 'folded' ? FOLD : 0;
  const least = Math.min(...literals.map(({ text }) => text.length));
  if (least < 2) throw new RangeError('a literal has fewer than two characters');
  const shift = new Uint8Array(TABLE).fill(Math.min(least - 1, 0xff));
  const ending = new Map<number, Literal<T>[]>();
  for (const literal of literals) {
    for (let i = 1; i < least; i++) {
      const hash = hashOf(literal.text.charCodeAt(i - 1) | fold, literal.text.charCodeAt(i) | fold);
      shift[hash] = Math.min(shift[hash] ?? 0, least - 1 - i, 0xff);
      if (i === least - 1) ending.set(hash, [...(ending.get(hash) ?? []), literal]);
    }
  }
  const isAt = (text: string, literal: string, start: number): boolean =>
    fold === 0
      ? text.startsWith(literal, start)
      : text.startsWith(literal, start) || text.slice(start, start + literal.length).toLowerCase() === literal;
  return (text, codes, found) => {
    const { length } = codes;
    for (let i = least - 1; i < length; ) {
      const hash = hashOf((codes[i - 1] as number) | fold, (codes[i] as number) | fold);
      const leap = shift[hash] as number;
      if (leap > 0) {
        i += leap;
        continue;
      }
      const start = i - least + 1;
      for (const literal of ending.get(hash) ?? []) if (isAt(text, literal.text, start)) found(start, literal.of);
      i++;
    }
  };
}
