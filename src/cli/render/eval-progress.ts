import type { Io } from '../io.ts';
import { dollars, duration, oneLine, paint, plural, type Screen } from '../output.ts';

/** How an evaluation goes on, as a last line on stderr that is redrawn at a terminal. */
export type EvalProgress = {
  start(of: { readonly runs: number }): void;
  row(row: { readonly pass: boolean; readonly usage: { readonly usd: number } }, cached: boolean): void;
  pause(): void;
  end(): void;
};

const EVERY_MS = 200;
const ERASE_LINE = '\r\u001b[K';
/** Rows before an estimate says anything. */
const ENOUGH = 3;

export function evalProgress(io: Io, screen: Screen, now: () => number = () => performance.now()): EvalProgress {
  const style = paint(screen.color.err);
  const moving = !screen.quiet && io.stderr.isTTY && io.env.TERM !== 'dumb';
  let [runs, done, cached, passed, usd, began] = [0, 0, 0, 0, 0, 0];
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const text = progressLine({ runs, done, cached, passed, usd, ms: now() - began });
    io.stderr.write(`${ERASE_LINE}${style.dim(oneLine(text, Math.max(20, (io.stderr.columns ?? 80) - 1)))}`);
  };
  const stop = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    io.stderr.write(ERASE_LINE);
  };
  return {
    start: (of) => {
      runs = of.runs;
      began = now();
      if (!moving) return;
      timer = setInterval(draw, EVERY_MS);
      timer.unref();
    },
    row: ({ pass, usage }, known) => {
      done += 1;
      passed += pass ? 1 : 0;
      cached += known ? 1 : 0;
      usd += known ? 0 : usage.usd;
    },
    pause: stop,
    end: stop,
  };
}

export type ProgressState = {
  readonly runs: number;
  readonly done: number;
  /** Of those, how many cost nothing. */
  readonly cached: number;
  readonly passed: number;
  readonly usd: number;
  /** Milliseconds since the beginning. */
  readonly ms: number;
};

/** `120 of 400 runs · 96 passed · 12 known · $0.12 · 4.0 s, about 9.3 s more`. */
export function progressLine({ runs, done, cached, passed, usd, ms }: ProgressState): string {
  const made = done - cached;
  const left = made < ENOUGH ? '' : `, about ${duration((ms / made) * (runs - done))} more`;
  const parts = [
    `${done} of ${plural(runs, 'run')}`,
    `${passed} passed`,
    ...(cached === 0 ? [] : [`${cached} known`]),
    ...(usd === 0 ? [] : [dollars(usd)]),
    `${duration(ms)}${left}`,
  ];
  return parts.join(' · ');
}
