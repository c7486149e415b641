import { branchOf } from '../../os/branches.ts';
import type { RunEvent } from '../../os/events/event.ts';
import type { Io } from '../io.ts';
import { columnsOf, oneLine, paint, type Screen } from '../output.ts';
import { goesOn, NOTHING_SEEN, type Seen, see, statusLine } from './run-view.ts';

/** A run as a person watches it on stderr: settled lines, and at a terminal a last line that is redrawn. */
export type LiveView = {
  event(event: RunEvent): void;
  /** What the model writes, as it comes. */
  text(chunk: string): void;
  /** Takes what happened earlier into account without showing it; those runs say that they go on when they do. */
  recall(events: readonly RunEvent[]): void;
  /** Says that a recalled run goes on, and those that led to it, once; its next event does that, too. */
  goOn(run: string): void;
  /** Clears the last line while somebody types. */
  pause(): void;
  resume(): void;
  end(): void;
};

/** One run of those shown; `away` while it was only recalled. */
type Watched = {
  readonly seen: Seen;
  readonly parent: string | undefined;
  readonly depth: number;
  readonly away: boolean;
  /** It is one of many at once: only what somebody must know is shown. */
  readonly quiet: boolean;
};

/** What is shown of a run that is one of many at once. */
const LOUD: readonly RunEvent['type'][] = [
  'permission_denied',
  'intervention_opened',
  'intervention_answered',
  'limit_reached',
];

const INDENT = '    ';
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const EVERY_MS = 100;
const ERASE_LINE = '\r\u001b[K';

/** What is shown besides: lines that an event adds, and a part of the last line. */
export type Aside = {
  see(event: RunEvent): readonly string[];
  /** @param ms since the view began. */
  status(ms: number): string;
};

const NO_ASIDE: Aside = { see: () => [], status: () => '' };

export function liveView(io: Io, screen: Screen, aside: Aside = NO_ASIDE): LiveView {
  const style = paint(screen.color.err);
  const silent = screen.quiet;
  const moving = !silent && io.stderr.isTTY && io.env.TERM !== 'dumb';
  const began = performance.now();
  const runs = new Map<string, Watched>();
  let said = '';
  let frame = 0;
  let drawn = false;
  let timer: NodeJS.Timeout | undefined;

  const erase = () => {
    if (drawn) io.stderr.write(ERASE_LINE);
    drawn = false;
  };
  const draw = () => {
    const width = Math.max(20, (io.stderr.columns ?? 80) - 1);
    const ms = performance.now() - began;
    const besides = aside.status(ms);
    const status = `${statusLine(total([...runs.values()]), ms)}${besides === '' ? '' : ` · ${besides}`}`;
    const room = width - columnsOf(status) - 4;
    const tail = room > 10 && said !== '' ? `  ${oneLine(said.slice(-room), room)}` : '';
    const mark = FRAMES[frame++ % FRAMES.length] ?? '';
    io.stderr.write(`${ERASE_LINE}${style.cyan(mark)} ${style.dim(oneLine(status + tail, width - 2))}`);
    drawn = true;
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    erase();
  };
  const start = () => {
    if (!moving || timer !== undefined) return;
    timer = setInterval(draw, EVERY_MS);
    timer.unref();
  };
  const beginning = (event: RunEvent): Watched => {
    const from = event.type === 'run_skill_started' ? event.data.parent : undefined;
    const above = runs.get(from?.run ?? '');
    const quiet = above?.quiet === true || branchOf(from?.step ?? '') !== undefined;
    return { seen: NOTHING_SEEN, parent: from?.run, depth: (above?.depth ?? -1) + 1, away: false, quiet };
  };
  /** Sub-runs have a view of their own, indented under the run that started them. */
  const take = (event: RunEvent, away: boolean): string[] => {
    const known = runs.get(event.run) ?? beginning(event);
    const next = see(known.seen, event, style);
    runs.delete(event.run); // the one last heard of stands last
    runs.set(event.run, { ...known, seen: next.seen, away });
    if (known.quiet && !LOUD.includes(event.type)) return [];
    return next.lines.map((line) => INDENT.repeat(known.depth) + line);
  };
  const show = (lines: readonly string[]) => {
    if (silent || lines.length === 0) return;
    erase();
    for (const line of lines) io.stderr.write(`${line}\n`);
  };
  const goOn = (run: string): void => {
    const known = runs.get(run);
    if (known?.away !== true || known.quiet) return;
    if (known.parent !== undefined) goOn(known.parent);
    runs.set(run, { ...known, away: false });
    show([INDENT.repeat(known.depth) + goesOn(known.seen, run, style)]);
  };
  start();
  return {
    event: (event) => {
      said = '';
      if (event.type !== 'run_resumed') goOn(event.run); // that event says it itself
      show([...take(event, false), ...aside.see(event)]);
    },
    goOn,
    text: (chunk) => {
      said = (said + chunk).slice(-400);
    },
    recall: (events) => {
      for (const event of events) take(event, true);
    },
    pause: stop,
    resume: start,
    end: stop,
  };
}

/** Counts of all runs together, in the phase of the one last heard of. */
function total(runs: readonly { seen: Seen }[]): Seen {
  return runs.reduce<Seen>(
    (sum, { seen }) => ({
      ...seen,
      turns: sum.turns + seen.turns,
      ops: sum.ops + seen.ops,
      tokens: sum.tokens + seen.tokens,
      usd: sum.usd + seen.usd,
    }),
    NOTHING_SEEN,
  );
}
