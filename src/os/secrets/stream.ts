import { openKeyIn } from './private-keys.ts';

/** The most that is held back of a line or a private key that does not end. */
const LONGEST_HELD = 96 * 1024;
/** What is held back of such a line when part of it goes on: longer than any token. */
const TAIL = 24 * 1024;
/** What came before, by which a value on a line of its own is known. */
const CONTEXT = 512;

export type StreamParts = {
  /** Redacts a text from a place on; what stands before only tells what it means. */
  readonly redactFrom: (text: string, from: number) => string;
  /** Length of the longest known value that has several lines; 0 without any. */
  readonly longest: number;
};

/**
 * Redacts text that comes in pieces. Whole lines go on as soon as they are there. The last line is held back until it is
 * whole, and a private key, or what may be a known value of several lines, until its end.
 */
export function openStream({ redactFrom, longest }: StreamParts): { push(piece: string): string; end(): string } {
  let before = '';
  let held = '';
  /** Whether what comes next is the rest of a private key that was too long to hold. */
  let inKey = false;

  function go(upTo: number): string {
    const text = before + held.slice(0, upTo);
    const out = redactFrom(text, before.length);
    held = held.slice(upTo);
    before = text.slice(-CONTEXT);
    return out;
  }

  function push(piece: string): string {
    held += piece;
    if (!inKey && longest === 0 && held.length <= LONGEST_HELD && !piece.includes('\n')) return ''; // no line is whole
    if (inKey) dropKey();
    if (inKey) return '';
    const key = openKeyIn(held);
    if (key !== undefined && held.length - key > LONGEST_HELD) {
      inKey = true;
      return go(held.length);
    }
    const limit = Math.min(key ?? held.length, held.length - longest);
    const lines = limit <= 0 ? 0 : held.lastIndexOf('\n', limit - 1) + 1;
    if (held.length - lines <= LONGEST_HELD) return lines === 0 ? '' : go(lines);
    return go(Math.max(lines, betweenWords(limit - TAIL)));
  }

  /** The nearest place before `at` where no word is cut. */
  function betweenWords(at: number): number {
    for (let i = at; i > Math.max(0, at - TAIL); i--) if (/[\s,;"'<>]/.test(held[i - 1] ?? '')) return i;
    return at;
  }

  function dropKey(): void {
    const rest = /^(?:[A-Za-z0-9+/=\s\\]|-(?!----))*/.exec(held)?.[0].length ?? 0;
    if (rest === held.length) {
      held = held.slice(-LONGEST_FOOTER); // the beginning of the last line may be in it
      return;
    }
    const footer = /^-----END [A-Z0-9 ]{0,60}-----/.exec(held.slice(rest));
    if (footer === null && held.length - rest < LONGEST_FOOTER) return;
    held = held.slice(rest + (footer?.[0].length ?? 0));
    inKey = false;
  }

  return {
    push,
    end() {
      if (inKey) held = '';
      inKey = false;
      return held === '' ? '' : go(held.length);
    },
  };
}

const LONGEST_FOOTER = 80;
