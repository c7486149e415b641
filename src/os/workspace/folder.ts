import fs from 'node:fs';
import { OpError } from '../op-error.ts';
import { isErrno, refuseErrno } from './refuse.ts';

/**
 * An open folder below which names are looked up.
 *
 *  - F1 A folder is reached one name at a time, each opened below the descriptor of the one before and never through a
 *    link. Whoever swaps a folder for a link after that has swapped a name nobody looks at again.
 *  - F2 Where the system has no `/proc/self/fd`, names are looked up by path. Then `sound` compares every folder on the
 *    way with the one that was opened; a swap that is undone between two looks stays unseen there.
 */
export type Folder = {
  readonly fd: number;
  /** A path that means `name` in this folder. `name` is one part. */
  at(name: string): string;
  /** @throws OpError `changed` when, without descriptors, the path no longer leads to this folder. */
  sound(): void;
  close(): void;
};

/** How names below a folder are looked up. */
export type Lookup = 'descriptors' | 'paths';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;

let detected: Lookup | undefined;

/** The safest lookup this system offers. */
export function detectLookup(): Lookup {
  detected ??= descriptorsWork() ? 'descriptors' : 'paths';
  return detected;
}

function descriptorsWork(): boolean {
  const fd = fs.openSync('/', O_RDONLY | O_DIRECTORY);
  try {
    return fs.statSync(`/proc/self/fd/${fd}/.`, { throwIfNoEntry: false })?.ino === fs.fstatSync(fd).ino;
  } catch {
    return false;
  } finally {
    fs.closeSync(fd);
  }
}

/** Opens the folder that a walk starts from; its own path is trusted. `undefined` when it does not exist. */
export function openBase(path: string, lookup: Lookup): Folder | undefined {
  try {
    return folderOf(fs.openSync(path, O_RDONLY | O_DIRECTORY), path, lookup, () => undefined);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw refuseErrno(error, path);
  }
}

/** Opens the folder `name` in `parent`, never through a link. `undefined` when there is nothing of that name. */
export function openChild(parent: Folder, name: string, lookup: Lookup, shown: string): Folder | undefined {
  const path = parent.at(name);
  try {
    return folderOf(fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path, lookup, () => parent.sound());
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    if (isErrno(error, 'ENOTDIR', 'ELOOP')) throw notAFolder(path, name, shown);
    throw refuseErrno(error, shown);
  }
}

function notAFolder(path: string, name: string, shown: string): OpError {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? new OpError('refused', `"${shown}" goes through the link "${name}", and links are not followed.`)
    : new OpError('not_a_file', `"${shown}" goes through "${name}", which is not a folder.`);
}

function folderOf(fd: number, path: string, lookup: Lookup, parentSound: () => void): Folder {
  if (lookup === 'descriptors') {
    return { fd, at: (name) => `/proc/self/fd/${fd}/${name}`, sound: () => undefined, close: () => fs.closeSync(fd) };
  }
  const opened = fs.fstatSync(fd);
  const sound = () => {
    parentSound();
    const there = fs.lstatSync(path, { throwIfNoEntry: false });
    if (there?.ino !== opened.ino || there.dev !== opened.dev) {
      throw new OpError('changed', 'A folder on the way was replaced while it was being used.');
    }
  };
  return { fd, at: (name) => `${path}/${name}`, sound, close: () => fs.closeSync(fd) };
}

/**
 * Walks from `base` down `segments`. Missing folders are made when `create` is given, which hears of each folder that
 * gained a name; else the result is `undefined`. The caller closes the result.
 */
export function openFolder(
  base: string,
  segments: readonly string[],
  way: { readonly lookup: Lookup; readonly shown: string; readonly create?: (parent: readonly string[]) => void },
): Folder | undefined {
  let folder = openBase(base, way.lookup);
  for (let depth = 0; depth < segments.length && folder !== undefined; depth++) {
    const parent = folder;
    const name = segments[depth] ?? '';
    try {
      folder = openChild(parent, name, way.lookup, way.shown);
      if (folder === undefined && way.create !== undefined) {
        makeFolder(parent, name, way.shown);
        way.create(segments.slice(0, depth));
        folder = openChild(parent, name, way.lookup, way.shown);
      }
    } finally {
      parent.close();
    }
  }
  return folder;
}

function makeFolder(parent: Folder, name: string, shown: string): void {
  parent.sound();
  try {
    fs.mkdirSync(parent.at(name));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw refuseErrno(error, shown); // another run may make the same folder
  }
}
