import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../os/package.ts';
import type { Diagnosis } from './diagnosis.ts';

const NEEDED = [22, 18] as const;
const MB = 1024 ** 2;

export function checkNode(): Diagnosis {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
  const name = 'Node';
  if (enough) return { name, state: 'ok', says: `${version} (${process.execPath})` };
  const next = 'Install a newer one, or put it beside Reyn with `npm install node@24`.';
  return { name, state: 'fail', says: `${version} is older than ${NEEDED.join('.')}`, next };
}

export function checkPinnedNode(): Diagnosis {
  const name = 'pinned Node';
  const manifest = join(packageRoot(), 'node_modules', 'node', 'package.json');
  if (!existsSync(manifest)) return { name, state: 'ok', says: 'none beside Reyn; the machine’s own is used' };
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  if (version === process.versions.node) return { name, state: 'ok', says: `${version}, in use` };
  return { name, state: 'ok', says: `${version}, used under an older Node` };
}

/** Writes and flushes a file where the log is, or would be. */
export function checkStore(root: string): Diagnosis[] {
  const store = join(root, '.reyn');
  const where = existsSync(store) ? store : root;
  try {
    return inScratch(where, (dir) => {
      const descriptor = openSync(join(dir, 'probe'), 'wx');
      try {
        writeSync(descriptor, 'probe');
        const began = performance.now();
        fdatasyncSync(descriptor);
        const ms = performance.now() - began;
        return [
          { name: 'store', state: 'ok', says: `${where} is writable` },
          { name: 'flush', state: 'ok', says: `fdatasync works (${ms.toFixed(1)} ms)` },
        ];
      } finally {
        closeSync(descriptor);
      }
    });
  } catch (error) {
    const next = 'Make the folder writable; runs are recorded below it.';
    return [{ name: 'store', state: 'fail', says: `${where}: ${(error as Error).message}`, next }];
  }
}

/** Whether a lock of one connection keeps another out, which network file systems get wrong. */
export async function checkLocks(root: string): Promise<Diagnosis> {
  const name = 'locks';
  try {
    const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite');
    const store = join(root, '.reyn');
    const works = inScratch(existsSync(store) ? store : root, (dir) => {
      const file = join(dir, 'lock');
      const holder = new DatabaseSync(file);
      const other = new DatabaseSync(file);
      try {
        holder.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
        other.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
        return false;
      } catch (error) {
        return /locked|busy/i.test((error as Error).message);
      } finally {
        other.close();
        holder.close();
      }
    });
    if (works) return { name, state: 'ok', says: 'one process at a time' };
    const next = 'Keep the project on a local disk.';
    return { name, state: 'fail', says: 'a lock does not keep others out here', next };
  } catch (error) {
    return { name, state: 'fail', says: (error as Error).message, next: 'Make the folder writable.' };
  }
}

export function checkDisk(root: string): Diagnosis {
  const { bavail, bsize } = statfsSync(root);
  const free = (bavail * bsize) / MB;
  const says = `${Math.floor(free)} MB free`;
  if (free >= 500) return { name: 'disk', state: 'ok', says };
  const next = 'Make room: a full disk stops runs.';
  return { name: 'disk', state: free < 50 ? 'fail' : 'warn', says, next };
}

export function checkProc(): Diagnosis {
  const name = 'file descriptors by path';
  if (existsSync('/proc/self/fd/0')) return { name, state: 'ok', says: '/proc is there' };
  const next = 'Mount /proc, or do not let others change the project while a skill works on its files.';
  return { name, state: 'warn', says: '/proc is absent: files are opened with a weaker check', next };
}

function inScratch<T>(dir: string, use: (scratch: string) => T): T {
  const scratch = mkdtempSync(join(dir, '.reyn-doctor-'));
  try {
    return use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
