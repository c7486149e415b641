import { execFile } from 'node:child_process';
import { openSync } from 'node:fs';
import { release, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { OpError } from '../op-error.ts';
import { environment } from './environment.ts';
import { etcFiles, type Nameless, nameless, systemArguments } from './etc.ts';
import { planMounts } from './mounts.ts';
import type { SandboxRequest } from './port.ts';
import { type Operator, programOf, SYSTEM_FOLDERS, type Tool } from './programs.ts';
import { type Architecture, seccompFilter } from './seccomp/filter.ts';
import { behindShell, GATE_FD } from './shell.ts';

/** Descriptors bubblewrap is started with, after that of the gate. */
const FD = { args: GATE_FD + 1, info: GATE_FD + 2, seccomp: GATE_FD + 3, files: GATE_FD + 4 } as const;
const HOME = '/tmp/home';
/** The version that first knows every option used without asking. */
const OLDEST = [0, 5] as const;

/** What is the same for all programs. */
export type Parts = {
  readonly system: readonly string[];
  readonly seccomp: Nameless;
  readonly files: readonly (readonly [path: string, content: Nameless])[];
  readonly version: readonly [number, number];
};

/** How bubblewrap is started for one program. */
export type Command = {
  readonly args: readonly string[];
  /** What it reads from descriptor 4: its options, each ended by a NUL. On 5 it tells the number of process 1 inside. */
  readonly options: string;
  /** Opens those from 6 on; the caller closes them. */
  open(): readonly number[];
  /** Paths of the machine that are made to mount on, deepest first. */
  readonly made: readonly string[];
};

/** @throws OpError `sandbox` for a bubblewrap that is too old or does not start */
export async function prepareParts(file: string, architecture: Architecture): Promise<Parts> {
  return {
    version: await versionOf(file),
    system: systemArguments(),
    seccomp: nameless(seccompFilter(architecture)),
    files: Object.entries(etcFiles(HOME)).map(([path, content]) => [path, nameless(content)]),
  };
}

/** @throws OpError `not_found` for a program there is not, `sandbox` for a mount that cannot be made */
export function commandOf(parts: Parts, request: SandboxRequest, operator: Operator): Command {
  const { path, tool } = programOf(request.argv, operator);
  const mounts = planMounts(request.mounts, FD.files + parts.files.length, request.limits.memoryBytes);
  const options = optionsOf(parts, request, tool, mounts.args);
  const inside = behindShell([path, ...request.argv.slice(1)], request.limits, countedProcesses(request));
  return {
    args: ['--args', String(FD.args), '--', ...inside],
    options: options.map((option) => `${option}\0`).join(''),
    open: () => [
      parts.seccomp.open(),
      ...parts.files.map(([, content]) => content.open()),
      ...Array.from({ length: mounts.emptyFiles }, () => openSync('/dev/null', 'r')),
    ],
    made: mounts.made,
  };
}

/** Options of bubblewrap, in an order that counts: later mounts cover earlier ones. */
function optionsOf(
  { system, version, files }: Parts,
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

/** Far more than it takes: starting a program may wait for others on a machine that is busy. */
const VERSION_MS = 30_000;

async function versionOf(file: string): Promise<readonly [number, number]> {
  const { stdout } = await promisify(execFile)(file, ['--version'], { env: {}, timeout: VERSION_MS });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined) throw new OpError('sandbox', `${file} does not say which version it is; try again.`);
  const version = [Number(major), Number(minor)] as const;
  if (version[0] > OLDEST[0] || version[1] >= OLDEST[1]) return version;
  throw new OpError('sandbox', `${file} is ${stdout.trim()}; Reyn needs ${OLDEST.join('.')} or newer.`);
}
