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

type Stretch = { readonly start: number; readonly end: number };

/**
 * The view in which everything that begins with the character `lead` is as `read` says; `undefined` where that is the
 * text itself. Of the lines only those with such a character are in it: of the others a view tells nothing new.
 */
export function viewOfLines(text: string, lead: string, read: Read): View | undefined {
  const code = lead.charCodeAt(0);
  const lines: Stretch[] = [];
  for (let at = text.indexOf(lead); at !== -1; ) {
    const lineEnd = text.indexOf('\n', at);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    lines.push({ start: at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1, end });
    at = text.indexOf(lead, end);
  }
  return lines.length === 0 ? undefined : rewritten(text, lines, (found) => found === code, read);
}

/** The same over the whole text, with `read` asked at every character. */
export function viewOfAll(text: string, read: Read): View | undefined {
  return rewritten(text, [{ start: 0, end: text.length }], () => true, read);
}

function rewritten(
  text: string,
  stretches: readonly Stretch[],
  leads: (code: number) => boolean,
  read: Read,
): View | undefined {
  const codes = codesOf(text);
  const most = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  const out = new Uint16Array(most);
  const from = new Int32Array(most);
  const to = new Int32Array(most);
  let size = 0;
  let isChanged = false;
  for (const { start, end } of stretches) {
    for (let i = start; i < end; ) {
      const code = codes[i] as number;
      const found = leads(code) ? read(codes, i, text) : 0;
      const takes = found === 0 ? 1 : Math.floor(found / TAKES);
      const stands = found === 0 ? code : found % TAKES;
      if (found !== 0) isChanged = true;
      if (stands !== NOTHING) {
        out[size] = stands;
        from[size] = i;
        to[size] = i + takes;
        size++;
      }
      i += takes;
    }
  }
  if (!isChanged) return undefined;
  return {
    text: Buffer.from(out.buffer, 0, size * 2).toString('utf16le'),
    back: (span) => ({ ...span, start: from[span.start] as number, end: to[span.end - 1] as number }),
  };
}
