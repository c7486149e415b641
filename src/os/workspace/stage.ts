import fs from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../disk.ts';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { readFile } from './file.ts';
import { openFolder } from './folder.ts';
import { isRefusal, parseLocation } from './location.ts';
import { openPlace, type Place, type Roots } from './place.ts';
import { listTree } from './tree.ts';
import type { StagedChange, StagedChanges, WalkSkip } from './workspace.ts';

/**
 * A copy of folders of the project in which a program may write as it likes.
 *
 *  - S1 Nothing the program writes is in the project before it has ended. Then each file that changed goes through the
 *    same gate and the same atomic write as a file op's; what may not be written stays behind, and is told.
 *  - S2 Only regular files come in and go out. A link, a pipe or a device that the program made is left behind.
 *  - S3 Files that may not be read are not in the copy.
 */
export type Stage = {
  /** The folder that stands for `folder` of the project, absolute. */
  readonly at: (folder: string) => string;
  /**
   * Files whose content is other than before, sorted: their paths in the project, pre-image and new content.
   * @throws OpError `too_large` when there are too many of them, or too many bytes in them.
   */
  changes(signal: AbortSignal): Promise<StagedChanges>;
  remove(): void;
};

const MAX_FILES = 5000;
/** Bytes that go into a copy, and bytes that come back out of it. */
const MAX_BYTES = 200_000_000;
const MB = 1_000_000;

type Known = { readonly sha256: string; readonly bytes: number };

/**
 * @param dir a folder of its own for the copy, absolute; made here.
 * @param folders canonical paths, none within another.
 * @throws OpError `too_large`.
 */
export async function openStage(
  roots: Roots,
  dir: string,
  folders: readonly string[],
  may: { readonly read: (path: string) => boolean; readonly signal: AbortSignal },
): Promise<Stage> {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const at = (folder: string) => join(dir, String(folders.indexOf(folder)));
  const remove = () => removeTree(dir);
  try {
    const known = await copyAll(roots, folders, at, may);
    return { at, changes: (signal) => changesIn({ at, folders, known }, signal), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function copyAll(
  roots: Roots,
  folders: readonly string[],
  at: (folder: string) => string,
  may: { readonly read: (path: string) => boolean; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  let bytes = 0;
  for (const folder of folders) {
    fs.mkdirSync(at(folder));
    for await (const names of filesBelow(roots, folder, may.signal)) {
      const path = `${folder}/${names.join('/')}`;
      if (!may.read(path)) continue;
      const copied = copyIn(roots, path, join(at(folder), ...names));
      if (copied === undefined) continue;
      bytes += copied.bytes;
      if (known.size >= MAX_FILES || bytes > MAX_BYTES) {
        throw new OpError(
          'too_large',
          `"${folder}" holds more than ${MAX_FILES} files or ${MAX_BYTES / MB} MB, too much for a program to write in; declare the folder it writes.`,
        );
      }
      known.set(path, copied);
    }
  }
  return known;
}

async function* filesBelow(roots: Roots, folder: string, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const opened = openPlace(roots, placeIn(roots, folder));
  if (opened === undefined) return;
  try {
    const walk = { lookup: roots.lookup, enters: () => true, signal, skipped: (_: WalkSkip) => undefined };
    yield* listTree(opened, walk);
  } finally {
    opened.close();
  }
}

function placeIn({ root }: Roots, path: string): Place {
  const location = parseLocation(path);
  return { base: root, segments: isRefusal(location) ? [] : location.segments, shown: path };
}

/** Copies one file; `undefined` for what is no regular file with one name. */
function copyIn(roots: Roots, path: string, to: string): Known | undefined {
  const place = placeIn(roots, path);
  const name = place.segments.at(-1) ?? '';
  const folder = openPlace(roots, { ...place, segments: place.segments.slice(0, -1) });
  if (folder === undefined) return undefined;
  try {
    const mode = fs.lstatSync(folder.at(name), { throwIfNoEntry: false })?.mode ?? 0o644;
    const content = readFile(folder, name, path);
    if (content === undefined) return undefined;
    fs.mkdirSync(join(to, '..'), { recursive: true });
    fs.writeFileSync(to, content, { mode: mode & 0o777, flag: 'wx' });
    return { sha256: sha256(content), bytes: content.length };
  } catch (error) {
    if (error instanceof OpError) return undefined;
    throw error;
  } finally {
    folder.close();
  }
}

type Staged = {
  readonly at: (folder: string) => string;
  readonly folders: readonly string[];
  readonly known: ReadonlyMap<string, Known>;
};

async function changesIn({ at, folders, known }: Staged, signal: AbortSignal): Promise<StagedChanges> {
  const changed: StagedChange[] = [];
  const odd: StagedChanges['odd'][number][] = [];
  const left = new Set(known.keys());
  let bytes = 0;
  for (const folder of folders) {
    for (const { names, isFile } of entriesBelow(at(folder))) {
      signal.throwIfAborted();
      const path = `${folder}/${names.join('/')}`;
      left.delete(path);
      const pre = known.get(path)?.sha256 ?? null;
      const staged = isFile ? readStaged(at(folder), names, path) : 'It is no regular file, or its name is not UTF-8.';
      if (typeof staged === 'string') odd.push({ path, reason: staged });
      else if (sha256(staged) !== pre) {
        changed.push({ path, pre, bytes: staged });
        bytes += staged.length;
      }
      if (bytes > MAX_BYTES) {
        throw new OpError(
          'too_large',
          `The program wrote more than ${MAX_BYTES / MB} MB into the project. Nothing of it was kept; let it write in $REYN_WORK instead.`,
        );
      }
    }
  }
  for (const path of left) changed.push({ path, pre: known.get(path)?.sha256 ?? null, bytes: undefined });
  return { changed: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), odd };
}

/** Everything below a staged folder that is no folder. The program has ended: nobody else writes here. */
function entriesBelow(dir: string): { names: string[]; isFile: boolean }[] {
  const found: { names: string[]; isFile: boolean }[] = [];
  const open: string[][] = [[]];
  for (let names = open.pop(); names !== undefined; names = open.pop()) {
    const entries = listStaged(join(dir, ...names));
    if (entries === undefined) found.push({ names, isFile: false });
    for (const entry of entries ?? []) {
      const path = [...names, entry.name];
      if (entry.isDirectory()) open.push(path);
      else found.push({ names: path, isFile: entry.isFile() });
      if (found.length > MAX_FILES * 2)
        throw new OpError('too_large', `The program left more than ${MAX_FILES * 2} files. Nothing of it was kept.`);
    }
  }
  return found;
}

/** A program may have closed a folder of its own to everybody; `undefined` for one whose name is not UTF-8. */
function listStaged(dir: string): fs.Dirent[] | undefined {
  if (!fs.existsSync(dir)) return undefined;
  fs.chmodSync(dir, 0o700);
  return fs.readdirSync(dir, { withFileTypes: true });
}

/** The content, or why it cannot be had. */
function readStaged(dir: string, names: readonly string[], shown: string): Buffer | string {
  try {
    const folder = openFolder(dir, names.slice(0, -1), { lookup: 'paths', shown });
    try {
      const content = folder === undefined ? undefined : readFile(folder, names.at(-1) ?? '', shown);
      return content ?? 'Its name is not UTF-8.';
    } finally {
      folder?.close();
    }
  } catch (error) {
    if (error instanceof OpError) return error.message;
    throw error;
  }
}
