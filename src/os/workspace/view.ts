import fs from 'node:fs';
import { join } from 'node:path';
import { OpError } from '../op-error.ts';
import { compileGlob, isGlobProblem } from './glob.ts';
import { isRefusal, parseLocation } from './location.ts';
import { openPlace, type Roots } from './place.ts';

/**
 * What of the project a program sees: folders as they are, with what it may not read covered, and single files. Nothing
 * else of the project is there.
 *
 *  - V1 A folder is shown whole only where the pattern declares all below it; then everything in it is looked at, and
 *    what may not be read is covered. A link is left as it is: what it leads to is covered, shown or not there by its own
 *    name. `node_modules` is not looked into: nothing in it is the user's own.
 *  - V2 For any other pattern each regular file that matches is shown by itself. A link is not: showing it would show
 *    what it leads to.
 */
export type Shown = {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly covered: readonly { readonly path: string; readonly isFolder: boolean }[];
};

const MAX_SINGLE = 1000;
const MAX_COVERED = 1000;
const MAX_ENTRIES = 200_000;
const NOT_LOOKED_INTO: ReadonlySet<string> = new Set(['node_modules']);

/** @param patterns globs as a skill declares them; those of places outside the project are left out. */
export function viewOf(roots: Roots, patterns: readonly string[], mayRead: (path: string) => boolean): Shown {
  const folders = new Set<string>();
  const files = new Set<string>();
  const covered = new Map<string, boolean>();
  for (const pattern of patterns) {
    const glob = compileGlob(pattern);
    if (isGlobProblem(glob) || pattern.startsWith('/') || pattern.startsWith('work:')) continue;
    const whole = wholeFolder(pattern);
    const base = whole ?? glob.base.join('/');
    const top = base === '' ? '.' : base;
    for (const entry of below(roots, top)) {
      if (whole === undefined) {
        if (entry.kind !== 'file' || !glob.matches(entry.path.split('/')) || !mayRead(entry.path)) continue;
        files.add(entry.path);
      } else if (entry.kind !== 'link' && !mayRead(entry.path)) {
        covered.set(entry.path, entry.isFolder);
        entry.prune();
      }
    }
    if (whole !== undefined && isFolder(roots, top)) folders.add(top);
    if (files.size > MAX_SINGLE || covered.size > MAX_COVERED) {
      throw new OpError(
        'too_large',
        `"${pattern}" means too many single files for a program; declare a folder, as "docs/**".`,
      );
    }
  }
  return {
    folders: outermost([...folders]),
    files: [...files].filter((file) => ![...folders].some((folder) => isBelow(file, folder))),
    covered: [...covered].map(([path, folder]) => ({ path, isFolder: folder })),
  };
}

/** The folder a pattern means with all below it; `undefined` for other patterns. */
export function wholeFolder(pattern: string): string | undefined {
  const plain = pattern.replace(/^(\.\/)+/, '').replace(/\/$/, '/**');
  if (plain === '**') return '';
  const folder = plain.endsWith('/**') ? plain.slice(0, -3) : undefined;
  return folder === undefined || /[*?[\]{}]/.test(folder) ? undefined : folder;
}

/** Those that are in no other. */
export function outermost(folders: readonly string[]): string[] {
  return folders.filter((folder) => !folders.some((other) => other !== folder && isBelow(folder, other)));
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`);
}

function isFolder(roots: Roots, path: string): boolean {
  try {
    const opened = openPlace(roots, { base: roots.root, segments: segmentsOf(path), shown: path });
    opened?.close();
    return opened !== undefined;
  } catch (error) {
    if (error instanceof OpError) return false; // a link or a file of that name
    throw error;
  }
}

function segmentsOf(path: string): readonly string[] {
  const location = parseLocation(path);
  return isRefusal(location) ? [] : location.segments;
}

type EntryKind = 'file' | 'link' | 'other';
type Entry = { readonly path: string; readonly isFolder: boolean; readonly kind: EntryKind; prune(): void };

/** Everything below a folder that has a plain name, folders before what is in them. Links are not followed. */
function* below(roots: Roots, top: string): Generator<Entry> {
  if (!isFolder(roots, top)) {
    if (fs.lstatSync(join(roots.root, top), { throwIfNoEntry: false })?.isFile() === true) {
      yield { path: top, isFolder: false, kind: 'file', prune: () => undefined };
    }
    return;
  }
  let entries = 0;
  const open = [top];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of fs.readdirSync(join(roots.root, folder), { withFileTypes: true })) {
      entries += 1;
      if (entries > MAX_ENTRIES)
        throw new OpError(
          'too_large',
          `"${top}" holds more than a program can be shown safely; declare a smaller folder.`,
        );
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      let pruned = !entry.isDirectory() || NOT_LOOKED_INTO.has(entry.name);
      yield {
        path,
        isFolder: entry.isDirectory(),
        kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other',
        prune: () => {
          pruned = true;
        },
      };
      if (!pruned) open.push(path);
    }
  }
}
