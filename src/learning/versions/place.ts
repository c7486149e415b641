import { dirname, join } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import { type OwnFiles, ownDigest, readOwn, readRest } from './folder.ts';
import { writeTree } from './tree.ts';

/**
 * Puts the files of a version in the place of a skill's folder: a new folder beside it, the old one out, the new one in.
 * Names beside the place begin with a dot, so they are no skills.
 *
 *  - E1 The new folder is durable before the old one goes out. So where nothing is in the place, what lies beside is
 *    whole, or nothing was there.
 *  - E2 Eval files and dotfiles stay with the place: the new folder gets copies of them.
 *  - E3 Nothing is awaited between out and in: in the process that does it nobody sees the place empty.
 *  - E4 Doing it again from any state a crash left gives the same end.
 */
export function putInPlace(disk: Disk, place: string, name: string, { files, before }: Exchange): void {
  const parent = dirname(place);
  const staged = join(parent, `.${name}.new`);
  const out = join(parent, `.${name}.old`);
  const isThere = disk.stat(place) !== undefined;
  if (!isThere || digestAt(place, name) !== ownDigest(files)) {
    if (isThere) disk.removeTree(out);
    if (isThere || disk.stat(staged) === undefined) {
      stage(disk, staged, files, isThere ? place : disk.stat(out) === undefined ? undefined : out);
    }
    if (isThere) disk.rename(place, out);
    disk.rename(staged, place);
    disk.syncDir(parent);
  }
  clearUp(disk, parent, name, before);
}

/** Removes what lies beside. What somebody wrote into the old folder at the last moment is not lost. */
function clearUp(disk: Disk, parent: string, name: string, before: string | undefined): void {
  const out = join(parent, `.${name}.old`);
  const gone = join(parent, `.${name}.gone`);
  for (const left of [join(parent, `.${name}.new`), gone]) disk.removeTree(left);
  if (disk.stat(out) === undefined) return;
  const digest = digestAt(out, name);
  if (before !== undefined && digest !== before) {
    disk.rename(out, join(parent, `.${name}.edited-${(digest ?? 'unread').slice(0, 8)}`));
  } else {
    disk.rename(out, gone); // so that one whose removal a crash cuts short is not taken for one that was edited
    disk.removeTree(gone);
  }
}

export type Exchange = {
  readonly files: OwnFiles;
  /** Digest of the files that were in the place. */
  readonly before: string | undefined;
};

/** Digest of the own files of a folder; `undefined` when there is no folder, or one that cannot be read. */
export function digestAt(dir: string, name: string): string | undefined {
  try {
    return ownDigest(readOwn(dir, name));
  } catch {
    return undefined;
  }
}

/** Folders and files of a project are made as every program makes them: the umask decides who may read them. */
function stage(disk: Disk, staged: string, files: OwnFiles, from: string | undefined): void {
  const rest = from === undefined ? { files: [], folders: [] } : readRest(from);
  const own = [...files].map(([path, { bytes, executable }]) => ({
    path,
    mode: executable ? 0o777 : 0o666,
    bytes: () => bytes,
  }));
  const kept = rest.files.map(({ path, mode }) => ({
    path,
    mode,
    bytes: () => disk.read(join(from ?? '', path)) ?? new Uint8Array(),
  }));
  writeTree(disk, staged, { files: [...own, ...kept], folders: rest.folders, mode: 0o777 });
}
