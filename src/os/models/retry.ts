import type { Clock } from '../clock.ts';

/**
 * Tries again after passing failures, within one deadline.
 *
 *  T1 Every attempt and every wait together take at most `timeoutMs`; a wait that would not fit is not begun.
 *  T2 A wait the provider asked for is kept, never shortened.
 *  T3 The caller's signal ends everything at once with its own reason.
 */
export type Attempted<T, F> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: F; readonly again: boolean; readonly retryAfterMs?: number };

export type Tried<T, F> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: F; readonly attempts: number; readonly waitAsked?: number }
  | { readonly kind: 'timeout'; readonly failure: F | undefined; readonly attempts: number };

export type RetryOptions = {
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

export const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A timer takes at most 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Runs `attempt` up to {@link MAX_ATTEMPTS} times. Its signal aborts at the deadline and with the caller's; what it
 * throws after that is dropped. The wire's time is real time, whatever the clock; waits are the clock's.
 */
export async function withRetries<T, F>(
  attempt: (signal: AbortSignal) => Promise<Attempted<T, F>>,
  { clock, random, signal, timeoutMs }: RetryOptions,
): Promise<Tried<T, F>> {
  const began = clock.now();
  const left = () => timeoutMs - (clock.now() - began);
  let last: F | undefined;
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    const outcome = await beforeDeadline(attempt, signal, Math.max(1, left()));
    if (outcome === 'timeout') return { kind: 'timeout', failure: last, attempts };
    if (outcome.kind === 'done') return outcome;
    last = outcome.failure;
    if (!outcome.again || attempts >= MAX_ATTEMPTS) return { kind: 'failed', failure: last, attempts };
    const wait = outcome.retryAfterMs ?? backoff(attempts, random());
    if (wait >= left()) {
      if (outcome.retryAfterMs === undefined) return { kind: 'timeout', failure: last, attempts };
      return { kind: 'failed', failure: last, attempts, waitAsked: wait };
    }
    await clock.sleep(wait, signal);
  }
}

/** Doubles with each attempt, and is spread over its upper half so that callers do not come back together. */
function backoff(attempts: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
  return full / 2 + (full / 2) * random;
}

async function beforeDeadline<T, F>(
  attempt: (signal: AbortSignal) => Promise<Attempted<T, F>>,
  signal: AbortSignal,
  ms: number,
): Promise<Attempted<T, F> | 'timeout'> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.min(ms, LONGEST_TIMER_MS));
  try {
    return await attempt(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.signal.aborted) return 'timeout';
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds a `Retry-After` header asks for: seconds or an HTTP date; `undefined` when it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
