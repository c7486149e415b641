import fs from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Folder, type Lookup, openChild } from './folder.ts';
import { isRefusal, parseLocation } from './location.ts';
import { refuseErrno } from './refuse.ts';
import { isTemporary } from './replace.ts';
import type { WalkSkip } from './workspace.ts';

/**
 * Listing files below an open folder.
 *
 *  - T1 Folders are opened as everywhere (F1): a link is neither followed nor listed.
 *  - T2 The order is that of the names, part by part, so that equal trees give equal lists.
 *  - T3 The walk stops at its caps and says so; it never holds the event loop for more than a slice.
 */
export type TreeWalk = {
  readonly lookup: Lookup;
  /** Whether to look into a folder, given as its parts below the one the walk started from. */
  readonly enters: (path: readonly string[]) => boolean;
  readonly signal: AbortSignal | undefined;
  readonly skipped: (why: WalkSkip) => void;
};

const MAX_ENTRIES = 200_000;
const MAX_FOLDERS_DEEP = 64;
/** Folders read before other work gets its turn. */
const SLICE = 50;

type Progress = { entries: number; folders: number; ended: boolean };

/** Names of regular files below `folder`, each as its parts. The caller closes `folder` after the iteration. */
export async function* listTree(folder: Folder, walk: TreeWalk): AsyncGenerator<readonly string[]> {
  yield* listFolder(folder, [], walk, { entries: 0, folders: 0, ended: false });
}

async function* listFolder(
  folder: Folder,
  above: readonly string[],
  walk: TreeWalk,
  progress: Progress,
): AsyncGenerator<readonly string[]> {
  walk.signal?.throwIfAborted();
  progress.folders += 1;
  if (progress.folders % SLICE === 0) await breathe();
  for (const entry of entriesOf(folder, above)) {
    if (progress.ended) return;
    progress.entries += 1;
    if (progress.entries > MAX_ENTRIES) {
      progress.ended = true;
      walk.skipped('too_many');
      return;
    }
    const name = plainName(entry.name);
    if (name === undefined) walk.skipped('odd_name');
    else if (entry.isFile() && !isTemporary(name)) yield [...above, name];
    else if (entry.isDirectory() && walk.enters([...above, name]))
      yield* descend(folder, [...above, name], walk, progress);
  }
}

async function* descend(
  parent: Folder,
  path: readonly string[],
  walk: TreeWalk,
  progress: Progress,
): AsyncGenerator<readonly string[]> {
  if (path.length >= MAX_FOLDERS_DEEP) {
    walk.skipped('too_deep');
    return;
  }
  const child = openQuietly(parent, path, walk.lookup);
  if (child === undefined) return;
  try {
    yield* listFolder(child, path, walk, progress);
  } finally {
    child.close();
  }
}

/** A folder that went, became a link or is closed to us since its parent was read is not part of the list. */
function openQuietly(parent: Folder, path: readonly string[], lookup: Lookup): Folder | undefined {
  try {
    return openChild(parent, path.at(-1) ?? '', lookup, path.join('/'));
  } catch {
    return undefined;
  }
}

function entriesOf(folder: Folder, above: readonly string[]): fs.Dirent<Buffer>[] {
  try {
    folder.sound();
    const entries = fs.readdirSync(folder.at('.'), { withFileTypes: true, encoding: 'buffer' });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (error) {
    throw refuseErrno(error, above.join('/') || '.');
  }
}

/** The name as text; `undefined` for one that is not UTF-8 or that no path may hold. */
function plainName(bytes: Buffer): string | undefined {
  const name = bytes.toString('utf8');
  if (name.includes('\uFFFD') && !Buffer.from(name, 'utf8').equals(bytes)) return undefined;
  return isRefusal(parseLocation(`./${name}`)) ? undefined : name;
}
