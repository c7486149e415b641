/** The UTF-16 codes of a text, which loops read several times as fast as the text itself. */
export function codesOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint16Array(bytes.buffer, bytes.byteOffset, text.length);
}

/** One text among several to look for. */
export type Literal<T> = { readonly text: string; readonly of: T };

const TABLE = 1 << 14;
const MASK = TABLE - 1;
const hashOf = (a: number, b: number) => ((a << 7) ^ b) & MASK;
/** Makes letters of ASCII lower case; what else becomes alike is told apart when a place is looked at closely. */
const FOLD = 0x20;
const [UPPER_A, UPPER_Z] = [0x41, 0x5a];

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
): (codes: Uint16Array, found: Found<T>) => void {
  if (literals.length === 0) return () => undefined;
  const fold = how === 'folded' ? FOLD : 0;
  const least = Math.min(...literals.map(({ text }) => text.length));
  if (least < 2) throw new RangeError('a literal has fewer than two characters');
  const last = least - 1;
  const shift = new Uint8Array(TABLE).fill(Math.min(last, 0xff));
  /** Literals by the pair at whose end a leap stops, and by how they begin: most stops are those of common words. */
  const ending = new Map<number, Literal<T>[]>();
  const begins = new Uint8Array(TABLE);
  const beginOf = (first: number, stop: number) => (stop ^ (first * 31)) & MASK;
  for (const literal of literals) {
    const code = (i: number) => literal.text.charCodeAt(i) | fold;
    for (let i = 1; i < least; i++) {
      const hash = hashOf(code(i - 1), code(i));
      shift[hash] = Math.min(shift[hash] ?? 0, last - i, 0xff);
    }
    const stop = hashOf(code(last - 1), code(last));
    ending.set(stop, [...(ending.get(stop) ?? []), literal]);
    begins[beginOf(code(0), stop)] = 1;
  }
  const isAt = (codes: Uint16Array, literal: string, start: number): boolean => {
    for (let i = 0; i < literal.length; i++) {
      const code = codes[start + i] as number;
      const wanted = literal.charCodeAt(i);
      if (code !== wanted && !(fold !== 0 && code >= UPPER_A && code <= UPPER_Z && (code | FOLD) === wanted))
        return false;
    }
    return true;
  };
  const tables = { shift, begins };
  return (codes, found) => {
    const { length } = codes;
    const { shift, begins } = tables; // what a loop reads is faster in its own function
    for (let i = last; i < length; ) {
      const stop = hashOf((codes[i - 1] as number) | fold, (codes[i] as number) | fold);
      const leap = shift[stop] as number;
      if (leap > 0) {
        i += leap;
        continue;
      }
      const start = i - last;
      i++;
      if (begins[beginOf((codes[start] as number) | fold, stop)] === 0) continue;
      for (const literal of ending.get(stop) ?? []) if (isAt(codes, literal.text, start)) found(start, literal.of);
    }
  };
}
