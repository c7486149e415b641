import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { isDigest } from './blobs.ts';
import { isRunId, type Layout, monthsAmong } from './layout.ts';
import { ownerLock, PROJECT_LOCK, withLock } from './locks.ts';
import type { StoreParts } from './parts.ts';
import type { Swept } from './port.ts';
import { monthFile } from './project-read.ts';
import { refuseLinks } from './remove.ts';

/**
 * Blobs that nothing names.
 *
 * W1. A blob is named where its SHA-256 stands in a line of any log, wherever in the line, or in a blob that is named.
 * W2. A process puts a blob before it names it. So blobs go only while no other process may be about to name one: under
 *     the project lock, without which none begins, and with no other owner alive. What this process put stays.
 * W3. What is named is found out before the lock is taken; under it only that no log has changed since.
 */

/** Blobs that nothing names but runs of `without`, and their bytes. Changes nothing. */
export function unnamedBlobs(disk: Disk, layout: Layout, without: ReadonlySet<string>): Map<string, number> {
  const there = new Map<string, number>();
  for (const name of disk.list(layout.blobs).filter(isDigest)) {
    there.set(name, disk.stat(join(layout.blobs, name))?.bytes ?? 0);
  }
  const queue = logFiles(disk, layout, without);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const digest of digestsIn(disk.read(file) ?? Buffer.alloc(0))) {
      if (there.delete(digest)) queue.push(join(layout.blobs, digest));
    }
  }
  return there;
}

function logFiles(disk: Disk, layout: Layout, without: ReadonlySet<string>): string[] {
  const runs = disk.list(layout.runs).filter((run) => isRunId(run) && !without.has(run));
  const months = monthsAmong(disk.list(layout.log)).map((month) => join(layout.log, monthFile(month)));
  return [...runs.map(layout.runFile), ...months];
}

/** Every 64 hexadecimal digits in a row. */
function digestsIn(bytes: Buffer): Set<string> {
  const found = new Set<string>();
  for (const [digits] of bytes.toString('latin1').matchAll(/[0-9a-f]{64,}/g)) {
    for (let at = 0; at + 64 <= digits.length; at++) found.add(digits.slice(at, at + 64));
  }
  return found;
}

/** Removes blobs that nothing names, or says why not (W2). @throws UserError `refused`, `busy`, `disk`. */
export async function sweepBlobs(parts: StoreParts): Promise<Swept> {
  const { disk, layout, locks, home } = parts;
  refuseLinks(parts);
  home.enter();
  const before = extent(parts);
  const unnamed = unnamedBlobs(disk, layout, new Set());
  for (const name of unnamed.keys()) if (parts.blobs.isOwn(name)) unnamed.delete(name);
  const bytes = [...unnamed.values()].reduce((sum, each) => sum + each, 0);
  const found = { blobs: unnamed.size, bytes };
  if (unnamed.size === 0) return found;
  const left = await withLock(locks, PROJECT_LOCK, () => {
    if (othersLive(parts)) return 'another process is at work in the project';
    if (parts.open.size > 0 || extent(parts) !== before) return 'runs went on meanwhile';
    for (const name of unnamed.keys()) disk.remove(join(layout.blobs, name));
    disk.syncDir(layout.blobs);
    return undefined;
  });
  return left === undefined ? found : { ...found, left };
}

function othersLive({ locks, owner }: StoreParts): boolean {
  const own = ownerLock(owner.id);
  return locks.names().some((name) => name.startsWith(ownerLock('')) && name !== own && locks.held(name));
}

/** Changes whenever a log does. */
function extent({ disk, layout }: StoreParts): string {
  return logFiles(disk, layout, new Set())
    .map((file) => `${file}:${disk.stat(file)?.bytes}:${disk.stat(file)?.stamp}`)
    .join('\n');
}
