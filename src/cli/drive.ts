import type { DriveOptions, Reyn } from '../api.ts';
import type { ExitCode } from '../os/errors.ts';
import type { RunEvent } from '../os/events/event.ts';
import type { PendingIntervention, RunOutcome } from '../os/runs/outcome.ts';
import { asker } from './ask.ts';
import { type Cli, result, tell } from './cli.ts';
import { paint } from './output.ts';
import { type Aside, liveView } from './render/live.ts';
import { resultText, summary } from './render/outcome.ts';
import { interruptible } from './signals.ts';
import { tellUntrusted } from './trust.ts';

export const ON_ASK = ['prompt', 'suspend', 'fail'] as const;

export type DriveFlags = { onAsk?: (typeof ON_ASK)[number]; events?: boolean };

export type Drive = {
  readonly flags: DriveFlags;
  /** Events that were there before, of the run and of the runs above and below it. */
  readonly earlier: readonly RunEvent[];
  /** What the person who typed the command has answered by that; `undefined` = ask. Absent: nothing. */
  readonly answered?: (asked: PendingIntervention) => string | undefined;
  /** Called for every event. */
  readonly onEvent?: (event: RunEvent) => void;
  /** What is shown besides of what the run is about. */
  readonly aside?: Aside;
};

type Start = (options: DriveOptions) => Promise<RunOutcome>;

/**
 * Drives a run in view of a person: shows it, asks them, stops it durably on Ctrl-C, and says how it ended.
 * @param earlier events that were there before, of the run and of the runs above and below it.
 * @param show writes what the run gave; default: the result on stdout.
 */
export async function driveRun(
  cli: Cli,
  reyn: Reyn,
  flags: DriveFlags,
  earlier: readonly RunEvent[],
  start: Start,
  show: (outcome: RunOutcome) => void | Promise<void> = (outcome) => result(cli, outcome, () => resultText(outcome)),
): Promise<ExitCode> {
  const outcome = await drive(cli, { flags, earlier }, start);
  if (flags.events !== true) await show(outcome);
  tellEnd(cli, outcome);
  tellUntrusted(cli, reyn, outcome);
  return outcome.exit;
}

/** Says how a run ended and what to do next. */
export function tellEnd(cli: Cli, outcome: RunOutcome): void {
  tell(cli, summary(outcome, paint(cli.screen.color.err)));
}

/** Drives a run in view of a person and leaves it to the caller to say what came of it. */
export async function drive(cli: Cli, how: Drive, start: Start): Promise<RunOutcome> {
  const { flags, earlier, answered, onEvent, aside } = how;
  const { io, screen } = cli;
  const view = liveView(io, screen, aside);
  view.recall(earlier);
  const interruption = interruptible((signal) => {
    view.pause();
    tell(cli, `${signal}: stopping so that the run can go on later; once more to stop at once`);
    view.resume();
  });
  const person = asker(io, screen, interruption.signal);
  const prompts = flags.onAsk === 'prompt' || (flags.onAsk === undefined && io.stdin.isTTY && io.stderr.isTTY);
  const ask = async (asked: PendingIntervention): Promise<string | undefined> => {
    const known = answered?.(asked);
    if (known !== undefined || !prompts) return known;
    view.goOn(asked.run);
    return paused(view, () => person.ask(asked));
  };
  try {
    return await start({
      signal: interruption.signal,
      onEvent: (event) => {
        onEvent?.(event);
        if (flags.events === true) io.stdout.write(`${JSON.stringify(event)}\n`);
        if (!(prompts && event.type === 'intervention_opened')) view.event(event); // the prompt shows it
      },
      onText: view.text,
      ...(flags.onAsk === undefined || flags.onAsk === 'prompt' ? {} : { onAsk: flags.onAsk }),
      ...(prompts || answered !== undefined ? { ask } : {}),
    });
  } finally {
    view.end();
    person.close();
    interruption.stop();
  }
}

async function paused<T>(view: { pause(): void; resume(): void }, work: () => Promise<T>): Promise<T> {
  view.pause();
  try {
    return await work();
  } finally {
    view.resume();
  }
}

/** What the project log says of a run, which is not in the run's own. */
const ABOUT_RUNS = ['run_opened', 'run_closed', 'run_removed'];

/** Events so far of a run, of the runs that led to it and of every sub-run of these, parents first. */
export function eventsOf(reyn: Reyn, run: string): readonly RunEvent[] {
  return lineOf(reyn, run).flatMap((each) =>
    reyn.events.query({ run: each }).filter((event): event is RunEvent => !ABOUT_RUNS.includes(event.type)),
  );
}

function lineOf(reyn: Reyn, run: string): readonly string[] {
  const parents = new Map(reyn.runs.list({ limit: Number.MAX_SAFE_INTEGER }).map((each) => [each.run, each.parent]));
  let root = run;
  for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
  const line = [root];
  for (const parent of line) for (const [each, its] of parents) if (its === parent) line.push(each);
  return line;
}
