import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

/** Facts about where measurements were taken, and the folder they are taken in. No names of hosts or folders. */

const here = import.meta.dirname;

/** Root of the checkout. */
export const ROOT = join(here, '..');

/** The Node that Reyn pins. Every sample runs under it. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');

/** Magic numbers of `statfs`. What lies in memory needs no flush, so it tells nothing. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlay',
  16914836: 'memory',
  2240043254: 'memory',
};

function fileSystemOf(dir: string): string {
  return FILE_SYSTEMS[fs.statfsSync(dir).type] ?? 'unknown file system';
}

/** A fresh folder on a real disk: below REYN_BENCH_DIR, the system's temporary folder, or this one. */
export function freshDir(): string {
  const [base = here] = [process.env.REYN_BENCH_DIR, os.tmpdir()].filter(
    (dir) => dir !== undefined && fileSystemOf(dir) !== 'memory',
  );
  const parent = base === here ? join(here, '.work') : base;
  fs.mkdirSync(parent, { recursive: true });
  return fs.mkdtempSync(join(parent, 'reyn-bench-'));
}

/** One line for the top of a table. */
export function machineFacts(): string {
  const [cpu] = os.cpus();
  const dir = freshDir();
  const disk = fileSystemOf(dir);
  fs.rmSync(dir, { recursive: true });
  const gib = Math.round(os.totalmem() / 2 ** 30);
  return [
    `${os.cpus().length} × ${cpu?.model.trim() ?? os.arch()}`,
    `${gib} GiB`,
    `${os.type()} ${os.release().split('-')[0]}`,
    disk,
    `Node ${process.versions.node}`,
  ].join(', ');
}

/** Load of the machine over the last minute, per processor: above about 0.5 the times mean little. */
export function load(): number {
  return (os.loadavg()[0] ?? 0) / os.cpus().length;
}

/** Whether strace is there and may trace. */
export function hasStrace(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
}
