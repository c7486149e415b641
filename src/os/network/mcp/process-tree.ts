import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export type ProcessTree = {
  readonly child: ChildProcess;
  /** Asks the tree to end, then ends it. Resolves when the process is gone. */
  close(): Promise<void>;
  /** Ends the tree at once. Resolves when the process is gone. */
  kill(): Promise<void>;
};

/** Milliseconds a process has to end by itself once it was asked to. */
const GRACE_MS = 500;

/** Variable in the environment of a tree by which its members are found again. */
const MARK = 'REYN_SERVER';
/** Looks for members; one may be starting another meanwhile. */
const ROUNDS = 5;

const live = new Set<() => void>();

/** Whatever way this process ends, what it started ends too. */
function endAll(): void {
  for (const end of live) end();
}

/**
 * Starts a program without a shell, as the head of a process group of its own. The group is what gets killed, and on
 * Linux whatever left the group as well: it is known by a mark in its environment. `env` is the rest of that.
 */
export function startTree(
  command: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): ProcessTree {
  const mark = randomUUID();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...options.env, [MARK]: mark },
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
  const kill = () => {
    end('SIGKILL');
    killMarked(`${MARK}=${mark}`);
  };
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

/** Kills every process of this user that carries the mark. */
function killMarked(mark: string): void {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < ROUNDS; round++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMarked(name, mark));
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    }
  }
}

function isMarked(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    return false; // another user's, or gone
  }
}
