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

/** Line number from 1, and the line, or the part of a long one that matches. */
export type LineMatch = { readonly line: number; readonly text: string };

const MAX_PATTERN = 500;
/** Instructions of the largest program a pattern may compile to. */
const MAX_PROGRAM = 1000;
const DEADLINE_MS = 10_000;
const SLICE_MS = 15;
/** Instructions × characters the engine may be given at once: a tenth of a second where it finds it hardest. */
const MAX_WORK = 400_000;
const MAX_PIECE = 4000;
/** Longest line shown whole. */
const SHOWN = 400;

/** Stands where a line was cut, so that `^` and `$` do not take the cut for an end of the line. */
const EDGE = '\uE000';

/** Whether a piece of text matches, and how long a piece may be. */
type Engine = { readonly test: (text: string) => boolean; readonly piece: number };

/**
 * A line longer than a piece (4,000 characters for an ordinary pattern) is searched in pieces that overlap: a match
 * that is longer than the overlap may be missed there.
 * @throws OpError `bad_pattern`.
 */
export async function openSearch(pattern: string, signal: AbortSignal): Promise<LineSearch> {
  const { test, piece } = await compile(pattern);
  const end = performance.now() + DEADLINE_MS;
  let sliceEnd = 0;
  let late = false;
  /** Lets other work run when a slice is over; whether to go on. */
  const pause = async (): Promise<boolean> => {
    if (performance.now() < sliceEnd) return true;
    signal.throwIfAborted();
    late = performance.now() > end;
    if (late) return false;
    await breathe();
    sliceEnd = performance.now() + SLICE_MS;
    return true;
  };
  /** The first window of a piece that matches by itself; asking where a match is would cost far more than whether. */
  const windowIn = async (text: string): Promise<number> => {
    for (let start = 0; start < text.length && text.length > SHOWN; start += SHOWN / 2) {
      if (!(await pause())) break;
      if (test(text.slice(start, start + SHOWN))) return start;
    }
    return 0;
  };
  return {
    expired: () => late,
    async *linesOf(text) {
      for (let from = 0, line = 1; from < text.length; line++) {
        const newline = text.indexOf('\n', from);
        const to = newline === -1 ? text.length : newline;
        for (let at = from; at <= to; at += Math.ceil(piece * 0.8)) {
          if (performance.now() >= sliceEnd && !(await pause())) return;
          const last = at + piece >= to;
          const seen = text.slice(at, last ? to : at + piece);
          const found = test(`${at > from ? EDGE : ''}${seen}${last ? '' : EDGE}`);
          if (found) yield { line, text: excerpt(text, { from, to }, at + (await windowIn(seen))) };
          if (found || last) break;
        }
        from = to + 1;
      }
    },
  };
}

async function compile(pattern: string): Promise<Engine> {
  const { RE2JS } = await import('re2js');
  let compiled: InstanceType<typeof RE2JS>;
  try {
    compiled = RE2JS.compile(pattern.slice(0, MAX_PATTERN + 1));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OpError('bad_pattern', `The pattern cannot be used: ${why}.`);
  }
  const size = compiled.programSize();
  if (pattern.length > MAX_PATTERN || size > MAX_PROGRAM) {
    throw new OpError('bad_pattern', 'The pattern is too large: shorten it, or repeat less.');
  }
  return { test: (text) => compiled.test(text), piece: Math.min(MAX_PIECE, Math.ceil(MAX_WORK / size)) };
}

/** The line, without a carriage return at its end; of a long one the part from `start` on. */
function excerpt(text: string, line: { readonly from: number; readonly to: number }, start: number): string {
  const to = text[line.to - 1] === '\r' ? line.to - 1 : line.to;
  const from = to - line.from <= SHOWN ? line.from : start;
  const end = Math.min(to, from + SHOWN);
  return `${from > line.from ? '…' : ''}${text.slice(from, end).toWellFormed()}${end < to ? '…' : ''}`;
}
