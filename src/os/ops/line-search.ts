import { performance } from 'node:perf_hooks';
import { setImmediate as breathe } from 'node:timers/promises';
import { OpError } from '../op-error.ts';

/**
 * Lines of texts that match a pattern somebody else wrote.
 *
 *  - S1 The engine is linear in pattern × text, and both are capped, so one look at one piece is bounded.
 *  - S2 The event loop is let go after every slice, and the whole search has a deadline.
 */
export type LineSearch = {
  /** Matching lines of one text, in order. Ends early when the deadline has passed. */
  linesOf(text: string): AsyncGenerator<LineMatch>;
  /** Whether the deadline cut the search short. */
  expired(): boolean;
};

/** Line number from 1, and the line, or the part of a long one around the match. */
export type LineMatch = { readonly line: number; readonly text: string };

const MAX_PATTERN = 500;
const DEADLINE_MS = 10_000;
const SLICE_MS = 15;
/** Characters the engine sees at once; longer lines are searched in pieces that overlap. */
const PIECE = 4000;
const OVERLAP = 500;
const SHOWN = 300;

/** @throws OpError `bad_pattern`. */
export async function openSearch(pattern: string, signal: AbortSignal): Promise<LineSearch> {
  const find = await compile(pattern);
  const end = performance.now() + DEADLINE_MS;
  let sliceEnd = 0;
  let late = false;
  /** Lets other work run; whether to go on after that. */
  const pause = async (): Promise<boolean> => {
    signal.throwIfAborted();
    late = performance.now() > end;
    if (late) return false;
    await breathe();
    sliceEnd = performance.now() + SLICE_MS;
    return true;
  };
  return {
    expired: () => late,
    async *linesOf(text) {
      let number = 0;
      for (let from = 0; from < text.length; ) {
        const newline = text.indexOf('\n', from);
        const to = newline === -1 ? text.length : newline;
        number++;
        for (let piece = from; piece <= to; piece += PIECE - OVERLAP) {
          if (performance.now() >= sliceEnd && !(await pause())) return;
          const start = find(text.slice(piece, Math.min(to, piece + PIECE)));
          if (start !== undefined) yield { line: number, text: excerpt(text, from, to, piece + start) };
          if (start !== undefined || piece + PIECE >= to) break;
        }
        from = to + 1;
      }
    },
  };
}

/** A function that says where the first match in a piece begins. */
async function compile(pattern: string): Promise<(text: string) => number | undefined> {
  if (pattern.length > MAX_PATTERN)
    throw new OpError('bad_pattern', `The pattern is longer than ${MAX_PATTERN} characters.`);
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => {
      if (!compiled.test(text)) return undefined;
      const matcher = compiled.matcher(text);
      return matcher.find() ? matcher.start() : 0;
    };
  } catch (error) {
    throw new OpError(
      'bad_pattern',
      `The pattern cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** The line without its end, cut around the match when it is long. */
function excerpt(text: string, from: number, to: number, match: number): string {
  const end = text[to - 1] === '\r' ? to - 1 : to;
  if (end - from <= SHOWN) return text.slice(from, end);
  const start = Math.max(from, Math.min(match - SHOWN / 3, end - SHOWN));
  const cut = text.slice(start, start + SHOWN).toWellFormed();
  return `${start > from ? '…' : ''}${cut}${start + SHOWN < end ? '…' : ''}`;
}
