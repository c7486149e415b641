import type { ChildProcess } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { checkedSandbox } from './checked.ts';
import { shellStatus, supervise } from './child.ts';
import { type Command, commandOf, type Parts, prepareParts } from './command.ts';
import { childrenOf, makeControlGroup, offerFirst } from './control-group.ts';
import { removeMade } from './mounts.ts';
import type { Sandbox, SandboxEnd, SandboxRequest } from './port.ts';
import type { Operator } from './programs.ts';
import type { Architecture } from './seccomp/filter.ts';

/**
 * The sandbox of Linux: bubblewrap.
 *
 * B1. Bubblewrap itself runs with an empty environment, because the program can read it, and so that no variable is
 *     read outside the sandbox. Its options travel by a pipe, because every user of the machine sees command lines.
 * B2. All namespaces are new; no new one can be made inside; no capability, no way to gain one.
 * B3. Everything is read-only but the mounts that say otherwise, /tmp, and /dev/shm, whose sizes are bounded. That
 *     includes /proc: the settings of the kernel below it belong to the machine, and its root may write them.
 * B4. The end of bubblewrap is the end of process 1 inside, and that of everything inside. It ties its life to ours
 *     only once it has set everything up; until then the program waits at the gate (C5), and what kills it kills
 *     process 1 by number.
 */
/** How long bubblewrap may take to end by itself once process 1 inside is dead. */
const PATIENCE_MS = 100;

export type BubblewrapOptions = {
  /** Absolute path of bubblewrap. */
  readonly file: string;
  readonly architecture: Architecture;
  readonly operator: Operator;
};

export function bubblewrap({ file, architecture, operator }: BubblewrapOptions): Sandbox {
  let parts: Promise<Parts> | undefined;
  return checkedSandbox('bubblewrap', async (request) => {
    parts ??= prepareParts(file, architecture).catch((error: unknown) => {
      parts = undefined; // what went wrong once may not the next time
      throw error;
    });
    const command = commandOf(await parts, request, operator);
    try {
      return await start(file, command, request);
    } finally {
      removeMade(command.made);
    }
  });
}

async function start(file: string, { args, options, open }: Command, request: SandboxRequest): Promise<SandboxEnd> {
  let first: number | undefined;
  let isDoomed = false;
  let joined: Promise<void> | undefined;
  const group = makeControlGroup(request.limits);
  const tell = (text: string): void => {
    const [, pid] = /"child-pid":\s*(\d+)/.exec(text) ?? [];
    if (pid === undefined) return;
    first = Number(pid);
    if (isDoomed) killProcess(first);
    else joined = group?.add(first); // while it sets up, so that nobody waits for it
  };
  const kill = (child: ChildProcess): void => {
    isDoomed = true;
    if (first !== undefined) killProcess(first); // else it is killed as soon as bubblewrap has told its number
    setTimeout(() => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      for (const pid of [...childrenOf(child.pid), child.pid]) killProcess(pid);
    }, PATIENCE_MS).unref();
  };
  try {
    const descriptors = open();
    const end = supervise(
      {
        file,
        args,
        env: {},
        cwd: '/',
        channels: [{ write: options }, { tell }, ...descriptors],
        beforeGo: async () => {
          await joined;
          const shells = first === undefined ? [] : childrenOf(first); // in the group when they came after process 1
          for (const shell of shells) offerFirst(shell);
          await Promise.all(shells.map((shell) => group?.add(shell)));
        },
        kill,
        isGone: () => first === undefined || isOver(first),
        statusOf: shellStatus,
      },
      request,
    );
    for (const descriptor of descriptors) closeSync(descriptor); // the child has its own
    return await end;
  } finally {
    group?.remove();
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** Whether a process has ended; a zombie has, and process 1 of a namespace becomes one only after all others ended. */
function isOver(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return true;
  }
}
