import { codesOf } from './literals.ts';
import type { Span } from './spans.ts';

/**
 * A text as another reader sees it: without escapes, without characters that do not show. Secrets are looked for in the
 * view, and found again in the text.
 */
export type View = {
  readonly text: string;
  /** The span of the text that a span of the view came from. */
  readonly back: (span: Span) => Span;
};

/**
 * Reads what stands for one character, or for none, at a place.
 * @returns how many characters that takes, times {@link TAKES}, plus the code it stands for, {@link NOTHING} for none; 0
 * where nothing stands for another.
 */
export type Read = (codes: Uint16Array, at: number, text: string) => number;

export const TAKES = 2 ** 17;
export const NOTHING = 2 ** 16;
const LINE_END = 10;

/**
 * The view in which everything that begins with the character `lead` is as `read` says; `undefined` where that is the
 * text itself. `lines`: only lines in which something differs, which is all that a view can tell anew.
 */
export function viewOf(text: string, lead: number | undefined, read: Read, only: 'lines' | 'all'): View | undefined {
  const codes = codesOf(text);
  const { length } = codes;
  const out = new Uint16Array(length);
  const from = new Int32Array(length);
  const to = new Int32Array(length);
  let size = 0;
  let lineStart = 0;
  let differs = false;
  let isChanged = false;
  for (let i = 0; i < length; ) {
    const code = codes[i] as number;
    const found = lead === undefined || code === lead ? read(codes, i, text) : 0;
    const takes = found === 0 ? 1 : Math.floor(found / TAKES);
    const stands = found === 0 ? code : found % TAKES;
    if (found !== 0) differs = true;
    if (stands !== NOTHING) {
      out[size] = stands;
      from[size] = i;
      to[size] = i + takes;
      size++;
    }
    i += takes;
    if (code !== LINE_END && i < length) continue;
    if (differs) isChanged = true;
    else if (only === 'lines') size = lineStart;
    lineStart = size;
    differs = false;
  }
  if (!isChanged) return undefined;
  return {
    text: Buffer.from(out.buffer, 0, size * 2).toString('utf16le'),
    back: (span) => ({ ...span, start: from[span.start] as number, end: to[span.end - 1] as number }),
  };
}
