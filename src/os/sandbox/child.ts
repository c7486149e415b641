import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants, devNull } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpError } from '../op-error.ts';
import { inheritable } from './inherited.ts';
import { feed, keep, listen } from './pipes.ts';
import type { SandboxEnd, SandboxRequest } from './port.ts';
import { GATE_FD } from './shell.ts';

/**
 * One child under a deadline of our own.
 *
 * C1. `supervise` settles at most {@link GRACE_MS} after the deadline, an abort or the end of the child, even when
 *     pipes stay open or the kernel takes its time.
 * C2. Nothing is kept beyond the bound of output, and nothing holds the event loop once it has settled.
 * C3. The child leads a session of its own: keys of the terminal reach Reyn and not it.
 * C4. The child has no descriptor but those it is given.
 * C5. The program begins only after `beforeGo`, and never once it was stopped or this process is gone.
 */
export const GRACE_MS = 250;

export type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the machine the child starts in. */
  readonly cwd: string;
  /** The descriptors after that of the gate. */
  readonly channels: readonly Channel[];
  /** The program stands at the gate and will be let go; whatever must hold before is waited for here. Never rejects. */
  beforeGo(): Promise<void>;
  /** Ends the whole tree. Called while the child itself has not ended. */
  kill(child: ChildProcess): void;
  /** Whether nothing of the tree runs any more, asked once the child has ended. */
  isGone(child: ChildProcess): boolean;
  /** How an exit code of the child has to be read. */
  statusOf(code: number): Ended;
};

/** A descriptor of ours, a text for the child to read to its end, or what the child tells us. */
export type Channel = number | { readonly write: string } | { readonly tell: (text: string) => void };

export type Ended =
  | { readonly status: 'exited'; readonly code: number }
  | { readonly status: 'signalled'; readonly signal: string };

type Why = 'time' | 'output' | 'aborted';

/**
 * Runs the child to its end.
 *
 * @throws OpError `sandbox` when it could not be started or ended before the program began, with what it wrote;
 *   `too_large` when the kernel finds its arguments too large
 */
export async function supervise(launch: Launch, request: SandboxRequest): Promise<SandboxEnd> {
  const { limits, signal, stdin } = request;
  const began = performance.now();
  const child = start(launch, stdin !== undefined);
  const over = Promise.withResolvers<void>();
  let grace: NodeJS.Timeout | undefined;
  let why: Why | undefined;
  let ended: Ended | undefined;
  let isBegun = false;
  let isSettled = false;
  let failure: Error | undefined;

  const hurry = (): void => {
    grace ??= setTimeout(over.resolve, GRACE_MS);
  };
  const stop = (reason: Why): void => {
    if (why !== undefined) return;
    why = reason;
    if (ended === undefined) launch.kill(child);
    hurry();
  };
  const abort = (): void => stop('aborted');

  const stdout = keep(child.stdout, limits.outputBytes, () => stop('output'));
  const stderr = keep(child.stderr, limits.outputBytes, () => stop('output'));
  child.once('error', (error) => {
    failure = error;
    over.resolve();
  });
  child.once('exit', async (code, by) => {
    ended = by === null ? launch.statusOf(code ?? 0) : { status: 'signalled', signal: by };
    hurry();
    await Promise.all([stdout.closed, stderr.closed]);
    while (!isSettled && !launch.isGone(child)) await sleep(1);
    over.resolve();
  });
  const deadline = setTimeout(() => stop('time'), Math.min(limits.wallMs, 2 ** 31 - 1));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  feed(child.stdin, stdin);
  connect(launch.channels, child);
  listen(child.stdio[GATE_FD], async () => {
    if (isBegun) return;
    isBegun = true;
    await launch.beforeGo();
    if (why === undefined) feed(child.stdio[GATE_FD], 'go\n', false);
  });

  await over.promise;
  isSettled = true;
  clearTimeout(deadline);
  clearTimeout(grace);
  signal.removeEventListener('abort', abort);
  for (const pipe of child.stdio) pipe?.destroy();
  child.unref();
  if (failure !== undefined) throw startError(failure);
  const kept = { stdout: Buffer.concat(stdout.chunks), stderr: Buffer.concat(stderr.chunks) };
  const end = { ...kept, ms: performance.now() - began };
  if (why !== undefined) return { ...end, status: 'stopped', why };
  if (!isBegun || ended === undefined) {
    throw new OpError(
      'sandbox',
      `The sandbox could not be set up: ${kept.stderr.toString().trim() || 'it ended at once'}`,
    );
  }
  return { ...end, ...ended };
}

function start({ file, args, env, cwd, channels }: Launch, hasStdin: boolean): ChildProcess {
  const stdio: ('pipe' | 'ignore' | number)[] = [hasStdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'];
  stdio.push(...channels.map((channel) => (typeof channel === 'number' ? channel : 'pipe')));
  const nothing = openSync(devNull, 'r');
  try {
    for (const descriptor of inheritable()) {
      while (stdio.length < descriptor) stdio.push('ignore'); // not open in this process, or closed in children
      if (stdio.length === descriptor) stdio.push(nothing);
    }
    return spawn(file, args, {
      env: { ...env },
      cwd,
      detached: true,
      stdio,
    });
  } catch (error) {
    throw startError(error);
  } finally {
    closeSync(nothing);
  }
}

function connect(channels: readonly Channel[], child: ChildProcess): void {
  channels.forEach((channel, i) => {
    const pipe = child.stdio[GATE_FD + 1 + i];
    if (typeof channel === 'number') return;
    if ('write' in channel) feed(pipe, channel.write);
    else listen(pipe, channel.tell);
  });
}

function startError(error: unknown): OpError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'E2BIG') return new OpError('too_large', 'The arguments are larger than this system hands over.');
  return new OpError('sandbox', `The sandbox could not be started: ${message}`);
}

/** An exit code as shells and bubblewrap report it: 128 + n stands for the end by signal n. */
export function shellStatus(code: number): Ended {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal === undefined ? { status: 'exited', code } : { status: 'signalled', signal };
}
