import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSandbox } from '../../../src/os/sandbox/open.ts';
import type { Mount, Sandbox, SandboxEnd, SandboxLimits, SandboxRequest } from '../../../src/os/sandbox/port.ts';

const MB = 1024 ** 2;

export const LIMITS: SandboxLimits = {
  wallMs: 20_000,
  cpuSeconds: 10,
  memoryBytes: 4096 * MB,
  outputBytes: MB,
  fileBytes: 8 * MB,
  processes: 64,
};

/** An empty folder that goes away with the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'reyn-sandbox-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A folder to work in and one beside it that is not shown. */
export function ground(): { readonly work: string; readonly out: string } {
  const dir = freshDir();
  const [work, out] = [join(dir, 'work'), join(dir, 'out')];
  for (const folder of [work, out]) mkdirSync(folder);
  return { work, out };
}

export function open(setting: 'auto' | 'none' = 'auto', env: NodeJS.ProcessEnv = process.env, root = '/'): Sandbox {
  const sandbox = openSandbox({ setting, root, env });
  if (sandbox.backend === undefined) throw new Error(`${sandbox.reason} ${sandbox.hint}`);
  return sandbox;
}

export const shared = open();

type More = Partial<Omit<SandboxRequest, 'limits' | 'argv'>> & {
  readonly limits?: Partial<SandboxLimits>;
  readonly sandbox?: Sandbox;
};

/** Runs in the sandbox of this machine, in /tmp unless told otherwise. */
export function run(argv: readonly string[], { sandbox = shared, limits, ...more }: More = {}): Promise<SandboxEnd> {
  return sandbox.run({
    argv,
    cwd: '/tmp',
    mounts: [],
    env: {},
    signal: new AbortController().signal,
    ...more,
    limits: { ...LIMITS, ...limits },
  });
}

export const sh = (script: string, more: More = {}, ...args: string[]): Promise<SandboxEnd> =>
  run(['sh', '-c', script, 'sh', ...args], more);

/** Working in `folder`, which is there under its own name. */
export const inFolder = (folder: string, kind: 'read' | 'write' = 'write', ...mounts: Mount[]) => ({
  cwd: folder,
  mounts: [{ kind, from: folder, at: folder } as const, ...mounts],
});

export const out = (end: SandboxEnd): string => end.stdout.toString();
export const said = (end: SandboxEnd): string => `${end.stdout}${end.stderr}`;

/** How it ended, without what it wrote. */
export function ended(end: SandboxEnd): object {
  const { stdout: _, stderr: __, ms: ___, ...rest } = end;
  return rest;
}

/** Processes of this machine whose command line has `text` as one of its arguments, and `program` as its first. */
export function running(text: string, program?: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      return words.includes(text) && (program === undefined || words[0] === program);
    } catch {
      return false;
    }
  });
}

let naps = 0;
/** A duration in seconds, far away, that no other test sleeps. */
export const nap = (): string => `86${process.pid}.${naps++}`;

/** A program of its own that runs its arguments in the sandbox, prints what comes of it, and is there to be killed. */
export const SCRIPT = join(import.meta.dirname, 'program.ts');
