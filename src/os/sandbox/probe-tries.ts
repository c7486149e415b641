import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox, SandboxEnd, SandboxLimits } from './port.ts';
import type { Ears } from './probe-ears.ts';
import { resolveProgram } from './programs.ts';

/** What an attempt has to do with: a folder that is shown, a file beside it that is not, and ports that listen. */
export type Ground = Ears & { readonly sandbox: Sandbox; readonly folder: string; readonly secret: string };

export type Try = {
  readonly name: string;
  readonly expected: string;
  readonly act: (ground: Ground) => Promise<Result>;
};
type Result = { readonly ok: boolean; readonly got: string };

const MB = 1024 ** 2;
const LIMITS: SandboxLimits = {
  wallMs: 10_000,
  cpuSeconds: 10,
  memoryBytes: 512 * MB,
  outputBytes: 64 * 1024,
  fileBytes: MB,
  processes: 32,
};

export const SECRET = 'not to be seen';

export const TRIES: readonly Try[] = [
  {
    name: 'a program runs',
    expected: 'it ends with 0',
    act: async (ground) => {
      const end = await run(ground, ['true']);
      return { ok: end.status === 'exited' && end.code === 0, got: told(end) };
    },
  },
  {
    name: 'a connection to this machine',
    expected: 'none is made',
    act: (ground) => unheard(ground, `exec 9<>/dev/tcp/127.0.0.1/${ground.tcp}`),
  },
  {
    name: 'a datagram to this machine',
    expected: 'none arrives',
    act: (ground) => unheard(ground, `echo x >/dev/udp/127.0.0.1/${ground.udp}; sleep 0.1`),
  },
  {
    name: 'a file outside the mounts',
    expected: 'it cannot be read',
    act: async (ground) => {
      const end = await run(ground, ['cat', ground.secret]);
      return { ok: !end.stdout.includes(SECRET), got: told(end) };
    },
  },
  {
    name: 'a file that may only be read',
    expected: 'it stays as it is',
    act: async (ground) => {
      const file = join(ground.folder, 'file');
      writeFileSync(file, 'as it was');
      const end = await run(ground, ['sh', '-c', 'cat "$1" && echo changed >"$1"', 'sh', file]);
      const read = end.stdout.toString();
      return { ok: read === 'as it was' && readFileSync(file, 'utf8') === read, got: told(end) };
    },
  },
  {
    name: 'other processes and their variables',
    expected: 'none of Reyn’s is seen',
    act: async (ground) => {
      const end = await run(ground, ['sh', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline']);
      const seen = end.stdout.toString();
      const names = Object.keys(process.env).filter((name) => name.length > 3 && !OWN.has(name));
      const leaked = names.filter((name) => seen.includes(`${name}=`)).length;
      if (leaked > 0) return { ok: false, got: `${leaked} variables are seen` };
      return seen.includes(commandLine()) ? { ok: false, got: 'Reyn is seen' } : { ok: true, got: told(end) };
    },
  },
  {
    name: 'a user namespace of its own',
    expected: 'none can be made',
    act: async (ground) => {
      const end = await run(ground, ['unshare', '--user', 'true']);
      return { ok: end.status === 'exited' && end.code !== 0, got: told(end) };
    },
  },
  {
    name: 'a process that leaves its session',
    expected: 'it ends with the program',
    act: async (ground) => {
      const file = join(ground.folder, 'beats');
      const end = await run(ground, ['sh', '-c', HEART, 'sh', file], { write: true });
      const [before, after] = [statSync(file).size, await sleep(100).then(() => statSync(file).size)];
      return { ok: before > 0 && before === after, got: before === after ? told(end) : 'it goes on' };
    },
  },
  {
    name: 'a program that does not end',
    expected: 'it is stopped at the deadline',
    act: async (ground) => {
      const end = await run(ground, ['sh', '-c', "trap '' TERM INT HUP; sleep 60"], { limits: { wallMs: 200 } });
      return { ok: end.status === 'stopped' && end.why === 'time' && end.ms < 5_000, got: told(end) };
    },
  },
  {
    name: 'more memory than is allowed',
    expected: 'it is not given',
    act: async (ground) => {
      const hog = 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo it was given';
      const end = await run(ground, ['sh', '-c', hog], { limits: { memoryBytes: 64 * MB } });
      return { ok: !end.stdout.includes('it was given'), got: told(end) };
    },
  },
];

/** Leaves its session and writes on and on; the program itself ends after the first beat. */
const HEART = `leave=; command -v setsid >/dev/null && leave=setsid
$leave sh -c 'trap "" HUP TERM; while :; do echo beat >>"$1"; sleep 0.02; done' sh "$1" </dev/null >/dev/null 2>&1 &
until [ -s "$1" ]; do sleep 0.01; done`;

/** What a shell sets by itself. */
const OWN = new Set(['PATH', 'HOME', 'LANG', 'TMPDIR', 'PWD', 'OLDPWD', 'SHLVL']);

function run(
  { sandbox, folder }: Ground,
  argv: readonly string[],
  { write = false, limits = {} }: { write?: boolean; limits?: Partial<SandboxLimits> } = {},
): Promise<SandboxEnd> {
  return sandbox.run({
    argv,
    cwd: folder,
    mounts: [{ kind: write ? 'write' : 'read', from: folder, at: folder }],
    env: {},
    limits: { ...LIMITS, ...limits },
    signal: new AbortController().signal,
  });
}

/** What others see of this process where there is a `/proc`. */
function commandLine(): string {
  return existsSync(SELF) ? readFileSync(SELF, 'utf8') : process.title;
}

const SELF = '/proc/self/cmdline';

/** Only bash speaks to the network by itself; without one the attempt is passed over, and says so. */
async function unheard(ground: Ground, script: string): Promise<Result> {
  if (resolveProgram('bash') === undefined) return { ok: true, got: 'not tried: there is no bash' };
  const end = await run(ground, ['bash', '-c', script]);
  return { ok: !ground.heard(), got: ground.heard() ? 'it arrived' : told(end) };
}

function told(end: SandboxEnd): string {
  if (end.status === 'stopped') return `stopped (${end.why})`;
  return end.status === 'exited' ? `exit code ${end.code}` : `ended by ${end.signal}`;
}
