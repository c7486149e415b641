import { openKeyIn } from './private-keys.ts';

/** What is held back of a stream of lines; of text without line ends a little more. */
const LONGEST_HELD = 96 * 1024;
const TAIL = 24 * 1024;

export type StreamParts = {
  readonly text: (text: string) => string;
  /** Length of the longest known value, which may have several lines. */
  readonly longest: number;
};

/**
 * Redacts text that comes in pieces. Whole lines go on as soon as they are there; the last line is held back until it is
 * whole, a private key until its end, and lines that a name or a key stands in together with the one behind them. Of a
 * line or key that does not end at most {@link LONGEST_HELD} characters are held.
 */
export function openStream({ text, longest }: StreamParts): { push(piece: string): string; end(): string } {
  let held = '';
  /** Whether what comes next is the rest of a private key whose beginning was redacted already. */
  let inKey = false;

  function push(piece: string): string {
    held += piece;
    if (inKey) leaveKey();
    const at = cut();
    if (at === 0) return '';
    const whole = held.slice(0, at);
    held = held.slice(at);
    return text(whole);
  }

  function cut(): number {
    const start = openKeyIn(held);
    if (start !== undefined && held.length - start > LONGEST_HELD) {
      inKey = true;
      return held.length;
    }
    const limit = start ?? held.length;
    let at = held.lastIndexOf('\n', limit - 1) + 1;
    if (start !== undefined && at < start) at = lineBefore(start);
    at = Math.min(at, backBy(at));
    if (held.length - at <= LONGEST_HELD) return at;
    return Math.max(at, breakBefore(Math.max(1, limit - TAIL - longest)));
  }

  /** Lines of known values with several lines, and lines that end in a name, wait for what follows. */
  function backBy(at: number): number {
    let end = at;
    if (longest > 0 && at > 0) {
      /* a known value of several lines may have begun */
    }
    while (end > 0 && NAME_AT_END.test(lastLine(end))) end = lineBefore(end - 1);
    return end;
  }

  function lastLine(end: number): string {
    return held.slice(Math.max(lineBefore(end - 1), end - 400), end);
  }

  function lineBefore(at: number): number {
    return at <= 0 ? 0 : held.lastIndexOf('\n', at - 1) + 1;
  }

  /** The nearest place before `at` where no word is cut. */
  function breakBefore(at: number): number {
    for (let i = at; i > Math.max(0, at - TAIL); i--) if (/[\s,;"'<>]/.test(held[i - 1] ?? '')) return i;
    return at;
  }

  function leaveKey(): void {
    const rest = /^[A-Za-z0-9+/=\s\\:,"'-]*/.exec(held)?.[0].length ?? 0;
    const end = held.indexOf('-----END ');
    const footer = end === -1 ? -1 : held.indexOf('-----', end + 9);
    if (footer !== -1 && end <= rest) {
      held = held.slice(footer + 5);
      inKey = false;
    } else if (rest < held.length) {
      held = held.slice(rest);
      inKey = false;
    } else held = held.slice(Math.max(0, held.length - 64)); // the beginning of the end line may be in it
  }

  return {
    push,
    end() {
      const rest = inKey ? '' : text(held);
      held = '';
      inKey = false;
      return rest;
    },
  };
}

const NAME_AT_END = /(?:[:=]|[:=>|]\s*["'|>]|AKIA\w{16}.{0,200})[ \t]*\r?\n$/;
