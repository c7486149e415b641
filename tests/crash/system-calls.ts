import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { type Ended, ended, makeLedger, start } from './ledger.ts';

/** System calls of the program seen and disturbed with strace, which the tests that need it are skipped without. */
export const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** Calls that change something on a disk or make it durable. Of `openat` only those that may create a file count. */
const CHANGING = [
  ...['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'copy_file_range', 'sendfile'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat'],
  ...['mkdir', 'mkdirat', 'rmdir', 'ftruncate', 'truncate', 'fallocate', 'chmod', 'fchmod', 'fchmodat', 'utimensat'],
  ...['fsync', 'fdatasync', 'sync_file_range', 'msync'],
  ...['open', 'openat', 'creat'],
];

/** One call: the `nth` (from 1) of its name that the main thread makes. `line` is what strace says of it. */
export type Call = { readonly name: string; readonly nth: number; readonly line: string };

let known: Promise<readonly Call[]> | undefined;

/** Every call of an undisturbed run of the ledger that changes something, in order. Looked at once. */
export function changingCalls(): Promise<readonly Call[]> {
  known ??= traceCalls();
  return known;
}

async function traceCalls(): Promise<readonly Call[]> {
  const { root, remove } = makeLedger(0);
  try {
    return await changingCallsOf(root, (wrapper) => ended(start(root, ['run', 'keep_ledger', 'go'], wrapper)));
  } finally {
    remove();
  }
}

/** Every call of what `run` does in a project that changes something in it, in order. `run` puts the wrapper before it. */
export async function changingCallsOf(
  root: string,
  run: (wrapper: readonly string[]) => Promise<Ended>,
): Promise<readonly Call[]> {
  const file = `${root}/trace`;
  const names = CHANGING.map((name) => `?${name}`).join(','); // `?`: some systems lack some
  const end = await run(['strace', '-y', '-e', `trace=${names}`, '-o', file]);
  if (end.code !== 0) throw new Error(`the undisturbed run ended with ${end.code}: ${end.err}`);
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const opens = name === 'open' || name === 'openat';
    const isHere = line.includes(root) || line.includes('/proc/self/fd/');
    if (isHere && (!opens || line.includes('O_CREAT'))) calls.push({ name, nth, line });
  }
  return calls;
}

/**
 * Runs the program with one of its calls disturbed.
 * @param how as strace has it: `signal=SIGKILL`, `error=EIO`.
 * @param trace file for what strace sees of that call, of writes and of closes.
 */
export function disturbed(
  root: string,
  args: readonly string[],
  { name, nth }: Pick<Call, 'name' | 'nth'>,
  how: string,
  trace = '/dev/null',
): Promise<Ended> {
  const see = `trace=${name},write,close,fsync,fdatasync`;
  const inject = `inject=${name}:${how}:when=${nth}`;
  return ended(start(root, args, ['strace', '-f', '-y', '-o', trace, '-e', see, '-e', inject]));
}

/** Every `stride`-th of them, from a random one on. */
export function sampled<T>(all: readonly T[], stride: number): T[] {
  const from = Math.floor(Math.random() * Math.min(stride, all.length));
  return all.filter((_, i) => i % stride === from);
}
