import fs from 'node:fs';
import { join } from 'node:path';
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
  /** Files whose content is other than before, sorted: their paths in the project, pre-image and new content. */
  changes(signal: AbortSignal): Promise<StagedChanges>;
  remove(): void;
};

const MAX_FILES = 5000;
const MAX_BYTES = 200_000_000;

type Known = { readonly sha256: string; readonly mtimeNs: bigint; readonly size: bigint };

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
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const known = new Map<string, Known>();
  const at = (folder: string) => join(dir, String(folders.indexOf(folder)));
  let bytes = 0;
  for (const folder of folders) {
    fs.mkdirSync(at(folder));
    for await (const names of filesBelow(roots, folder, may.signal)) {
      const path = `${folder}/${names.join('/')}`;
      if (!may.read(path)) continue;
      const copied = copyIn(roots, path, join(at(folder), ...names));
      if (copied === undefined) continue;
      bytes += Number(copied.size);
      if (known.size >= MAX_FILES || bytes > MAX_BYTES) {
        throw new OpError(
          'too_large',
          `"${folder}" holds more than ${MAX_FILES} files or ${MAX_BYTES / 1_000_000} MB, too much for a program to write in; declare the folder it writes.`,
        );
      }
      known.set(path, copied);
    }
  }
  return {
    at,
    changes: (signal) => changesIn({ at, folders, known }, signal),
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
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
    const { mtimeNs, size } = fs.statSync(to, { bigint: true });
    return { sha256: sha256(content), mtimeNs, size };
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
  const odd: string[] = [];
  const left = new Set(known.keys());
  for (const folder of folders) {
    for (const names of entriesBelow(at(folder))) {
      const path = `${folder}/${names.names.join('/')}`;
      left.delete(path);
      const before = known.get(path);
      const staged = names.isFile ? readStaged(at(folder), names.names, path) : undefined;
      if (staged === undefined) {
        odd.push(path);
        continue;
      }
      if (sha256(staged) !== before?.sha256) changed.push({ path, pre: before?.sha256 ?? null, bytes: staged });
      signal.throwIfAborted();
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
    for (const entry of fs.readdirSync(join(dir, ...names), { withFileTypes: true })) {
      const path = [...names, entry.name];
      if (entry.isDirectory()) open.push(path);
      else found.push({ names: path, isFile: entry.isFile() });
      if (found.length > MAX_FILES * 2) throw new OpError('too_large', 'The program wrote too many files.');
    }
  }
  return found;
}

function readStaged(dir: string, names: readonly string[], shown: string): Buffer | undefined {
  const folder = openFolder(dir, names.slice(0, -1), { lookup: 'paths', shown });
  if (folder === undefined) return undefined;
  try {
    return readFile(folder, names.at(-1) ?? '', shown);
  } catch (error) {
    if (error instanceof OpError) return undefined;
    throw error;
  } finally {
    folder.close();
  }
}
