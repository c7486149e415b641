import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../os/errors.ts';
import { fingerprintOf } from '../../os/skills/fingerprint.ts';
import { readSkillSource } from '../../os/skills/read-source.ts';
import { isEvalPath } from '../../os/skills/source-paths.ts';
import { foldName } from '../../os/workspace/location.ts';

/** One file of a folder, by its path in it with `/`. */
export type FolderFile = { readonly bytes: Uint8Array; readonly executable: boolean };

/** The files of a skill's folder that are its version: eval files, dotfiles and shared files are none of them. */
export type OwnFiles = ReadonlyMap<string, FolderFile>;

/** What stays with a folder whatever version is in it: eval files and dotfiles. */
export type Rest = {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly folders: readonly string[];
};

/** @throws UserError `skill` when something in the folder cannot be part of a version. */
export function readOwn(dir: string, name: string): OwnFiles {
  const { files, unread } = readSkillSource(dir, { name, origin: 'path' });
  const [first] = unread ?? [];
  if (first !== undefined) {
    throw new UserError('skill', `the folder cannot be kept as a version: ${first.message}`, {
      where: { file: path.join(dir, first.file), skill: name },
      hint: first.fix,
    });
  }
  return new Map([...files].map(([file, bytes]) => [file, { bytes, executable: isExecutable(path.join(dir, file)) }]));
}

/** @throws UserError `skill` for a link or a device, which cannot go along. */
export function readRest(dir: string): Rest {
  const files: { path: string; mode: number }[] = [];
  const folders: string[] = [];
  const walk = (folder: string, isRest: boolean) => {
    for (const entry of entriesOf(path.join(dir, folder))) {
      const file = path.posix.join(folder, entry.name);
      const stays = isRest || entry.name.startsWith('.') || isEvalPath(file);
      if (entry.isDirectory()) {
        if (stays) folders.push(file);
        walk(file, stays);
      } else if (stays && !entry.isFile()) {
        throw new UserError('skill', 'a link or a device cannot stay with a skill folder that gets another version', {
          where: { file: path.join(dir, file) },
          hint: 'Move it out of the folder.',
        });
      } else if (stays) files.push({ path: file, mode: lstatSync(path.join(dir, file)).mode & 0o777 });
    }
  };
  walk('', false);
  return { files, folders };
}

/** Bytes of files that belong to a folder itself. */
export function ownBytes(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files].filter(([file]) => !file.startsWith('shared/')));
}

export function bytesOf(files: OwnFiles): Map<string, Uint8Array> {
  return new Map([...files].map(([file, { bytes }]) => [file, bytes]));
}

/** SHA-256 (hex) over the manifest of a folder's own files, which says whether two folders hold the same. */
export function ownDigest(files: OwnFiles): string {
  return fingerprintOf({ files: bytesOf(files) });
}

/** Whether a path may be one of a folder's own files. */
export function isOwnPath(file: string): boolean {
  const parts = file.split('/');
  const folded = parts.map(foldName); // some disks know no case: what is eval files to one of them is no version's
  if (folded[0] === 'shared' || isEvalPath(folded.join('/')) || file.length > 1000) return false;
  return parts.every((part) => part !== '' && !part.startsWith('.') && !/[\\\p{Cc}\uFFFD]/u.test(part));
}

function isExecutable(file: string): boolean {
  return ((lstatSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0;
}

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    throw new UserError('disk', `cannot list ${dir}: ${(error as Error).message}`, { where: { file: dir } });
  }
}
