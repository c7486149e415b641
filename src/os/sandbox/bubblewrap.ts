import { type ChildProcess, execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { release, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { OpError } from '../op-error.ts';
import { checkedSandbox } from './checked.ts';
import { type Channel, shellStatus, supervise } from './child.ts';
import { environment } from './environment.ts';
import { etcFiles, type Nameless, nameless, systemArguments } from './etc.ts';
import { planMounts, removeMade } from './mounts.ts';
import type { Sandbox, SandboxEnd, SandboxRequest } from './port.ts';
import { type Operator, programOf, SYSTEM_FOLDERS, type Tool } from './programs.ts';
import { type Architecture, seccompFilter } from './seccomp/filter.ts';
import { behindShell, GATE_FD } from './shell.ts';

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
const HOME = '/tmp/home';
const FD = { args: GATE_FD + 1, info: GATE_FD + 2, seccomp: GATE_FD + 3, files: GATE_FD + 4 } as const;
/** The version that first knows every option used without asking. */
const OLDEST = [0, 5] as const;
/** How long bubblewrap may take to end by itself once process 1 inside is dead. */
const PATIENCE_MS = 100;

type Fixed = {
  readonly system: readonly string[];
  readonly seccomp: Nameless;
  readonly files: readonly (readonly [path: string, content: Nameless])[];
  readonly version: readonly [number, number];
};

export type BubblewrapOptions = {
  /** Absolute path of bubblewrap. */
  readonly file: string;
  readonly architecture: Architecture;
  readonly operator: Operator;
};

export function bubblewrap({ file, architecture, operator }: BubblewrapOptions): Sandbox {
  let fixed: Promise<Fixed> | undefined;
  const prepare = async (): Promise<Fixed> => ({
    version: await versionOf(file),
    system: systemArguments(),
    seccomp: nameless(seccompFilter(architecture)),
    files: Object.entries(etcFiles(HOME)).map(([path, content]) => [path, nameless(content)]),
  });
  return checkedSandbox('bubblewrap', async (request) => {
    fixed ??= prepare();
    return runIn(file, await fixed, request, operator);
  });
}

async function runIn(file: string, fixed: Fixed, request: SandboxRequest, operator: Operator): Promise<SandboxEnd> {
  const { path, tool } = programOf(request.argv, operator);
  const mounts = planMounts(request.mounts, FD.files + fixed.files.length, request.limits.memoryBytes);
  const options = optionsOf(fixed, request, tool, mounts.args);
  const inside = behindShell([path, ...request.argv.slice(1)], request.limits, countedProcesses(request));
  const ours: number[] = [];
  const open = (descriptor: number): number => {
    ours.push(descriptor);
    return descriptor;
  };
  let first: number | undefined;
  let isDoomed = false;
  const kill = (child: ChildProcess): void => {
    isDoomed = true;
    if (first !== undefined) killProcess(first); // else it is killed as soon as bubblewrap has told its number
    setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
  };
  try {
    const channels: Channel[] = [
      { write: options.map((option) => `${option}\0`).join('') },
      {
        tell: (text) => {
          const [, pid] = /"child-pid":\s*(\d+)/.exec(text) ?? [];
          if (pid === undefined) return;
          first = Number(pid);
          if (isDoomed) killProcess(first);
        },
      },
      open(fixed.seccomp.open()),
      ...fixed.files.map(([, content]) => open(content.open())),
      ...Array.from({ length: mounts.emptyFiles }, () => open(openSync('/dev/null', 'r'))),
    ];
    const end = supervise(
      {
        file,
        args: ['--args', String(FD.args), '--', ...inside],
        env: {},
        cwd: '/',
        channels,
        beforeGo: () => undefined,
        kill,
        isGone: () => first === undefined || isOver(first),
        statusOf: shellStatus,
      },
      request,
    );
    for (const descriptor of ours.splice(0)) closeSync(descriptor); // the child has its own
    return await end;
  } finally {
    for (const descriptor of ours) closeSync(descriptor);
    removeMade(mounts.made);
  }
}

/** Options of bubblewrap, in an order that counts: later mounts cover earlier ones. */
function optionsOf(
  { system, version, files }: Fixed,
  { cwd, env, limits }: SandboxRequest,
  tool: Tool | undefined,
  mounts: readonly string[],
): readonly string[] {
  const sized = version[1] >= 7 || version[0] > 0 ? ['--size', String(limits.memoryBytes)] : [];
  const path = tool === undefined ? SYSTEM_FOLDERS : [...SYSTEM_FOLDERS, dirname(tool.path)];
  const variables = environment(env, { path, home: HOME, tmp: '/tmp' });
  return [
    ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...(version[1] >= 8 || version[0] > 0 ? ['--disable-userns'] : []),
    ...['--hostname', 'sandbox', '--cap-drop', 'ALL', '--new-session', '--die-with-parent'],
    ...['--info-fd', String(FD.info), '--seccomp', String(FD.seccomp)],
    ...system,
    ...files.flatMap(([at], i) => ['--file', String(FD.files + i), at]),
    ...[
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      ...sized,
      '--tmpfs',
      '/tmp',
      ...sized,
      '--tmpfs',
      '/dev/shm',
      '--dir',
      HOME,
    ],
    ...(tool === undefined ? [] : show(tool)),
    ...mounts,
    ...['--remount-ro', '/proc', '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', cwd, '--clearenv'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

function show({ path, needs }: Tool): readonly string[] {
  const isShown = needs.some((place) => path === place || path.startsWith(`${place}/`));
  const link = isShown ? [] : ['--symlink', needs[0] ?? '', path];
  return [...needs.flatMap((place) => ['--ro-bind', place, place]), ...link];
}

/**
 * The kernel counts processes by person and, since 5.14, by user namespace, so that those of the sandbox count alone;
 * it never counts those of root.
 *
 * @returns the limit with process 1 inside added, or undefined where it would hold nothing or too much
 */
function countedProcesses({ limits }: SandboxRequest): number | undefined {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const isByNamespace = major > 5 || (major === 5 && minor >= 14);
  return isByNamespace && userInfo().uid !== 0 ? limits.processes + 1 : undefined;
}

async function versionOf(file: string): Promise<readonly [number, number]> {
  const { stdout } = await promisify(execFile)(file, ['--version'], { env: {}, timeout: 5_000 });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  const version = [Number(major), Number(minor)] as const;
  if (version[0] > OLDEST[0] || version[1] >= OLDEST[1]) return version;
  throw new OpError('sandbox', `${file} is ${stdout.trim()}; Reyn needs ${OLDEST.join('.')} or newer.`);
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
