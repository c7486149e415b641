import { type ChildProcess, spawn } from 'node:child_process';

export type ProcessTree = {
  readonly child: ChildProcess;
  /** Asks the tree to end, then ends it. Resolves when the process is gone. */
  close(): Promise<void>;
  /** Ends the tree at once. Resolves when the process is gone. */
  kill(): Promise<void>;
};

/** Milliseconds a process has to end by itself once it was asked to. */
const GRACE_MS = 500;

const live = new Set<() => void>();

/** Whatever way this process ends, what it started ends too. */
function endAll(): void {
  for (const end of live) end();
}

/**
 * Starts a program without a shell, as the head of a process group of its own: the group is what gets killed, so that
 * nothing the program starts outlives it. `env` is its whole environment.
 */
export function startTree(
  command: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): ProcessTree {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    shell: false,
    detached: true, // a group of its own
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let isGone = false;
  const end = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || isGone) return; // its number may be another's by now
    try {
      process.kill(-child.pid, signal);
    } catch {
      // the group is gone
    }
  };
  const kill = () => end('SIGKILL');
  if (live.size === 0) process.once('exit', endAll);
  live.add(kill);
  const gone = new Promise<void>((resolve) => {
    const settle = () => {
      kill(); // members of the group that outlived its head
      isGone = true;
      live.delete(kill);
      if (live.size === 0) process.off('exit', endAll);
      for (const stream of [child.stdin, child.stdout, child.stderr])
        setTimeout(() => stream?.destroy(), GRACE_MS).unref();
      resolve();
    };
    child.once('exit', settle);
    child.once('error', () => child.pid === undefined && settle());
  });
  return {
    child,
    close: async () => {
      child.stdin?.end();
      end('SIGTERM');
      const timer = setTimeout(kill, GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
    kill: async () => {
      kill();
      await gone;
    },
  };
}
