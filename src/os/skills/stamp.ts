import { type Dirent, readdirSync, type Stats } from 'node:fs';
import { statOf } from './regular-file.ts';
import { isEntered, isEvalPath } from './source-paths.ts';

/**
 * What a folder looks like without reading a file: path, size, change times and inode of every file that belongs to a
 * skill in it, and which folders there are. Equal stamps mean equal content, unless somebody wrote a file of the same
 * size twice within the clock's grain; see {@link isSettled}. Reading the folder gives the same stamp by the way.
 */
export function stampOf(dir: string): Stamp {
  const top = statOf(dir);
  const press = openPress(top);
  if (top !== undefined) walk(dir, '', 0, press);
  return press.stamp();
}

export type Stamp = {
  readonly text: string;
  /** When the file that changed last did, in milliseconds since the epoch; 0 without files. */
  readonly newest: number;
};

/** Two stamps as one. */
export function joinStamps(a: Stamp, b: Stamp): Stamp {
  return { text: `${a.text}\n${b.text}`, newest: Math.max(a.newest, b.newest) };
}

/** A stamp in the making: told of everything in the order the folder is walked, `/` between the parts of a path. */
export type Press = {
  file(file: string, stats: Stats | undefined): void;
  folder(folder: string): void;
  unreadable(folder: string): void;
  /** A link, a device, … */
  other(file: string): void;
  stamp(): Stamp;
};

/** @param top what is at the place of the folder itself. */
export function openPress(top: Stats | undefined): Press {
  let text = top === undefined ? 'gone' : top.isDirectory() ? 'folder' : 'other';
  let newest = 0;
  return {
    file(file, stats) {
      if (stats === undefined) text += `\n${file}\tgone`;
      else {
        const { size, mtimeMs, ctimeMs, ino } = stats;
        text += `\n${file}\t${size}\t${mtimeMs}\t${ctimeMs}\t${ino}`;
        newest = Math.max(newest, mtimeMs, ctimeMs);
      }
    },
    folder(folder) {
      text += `\n${folder}/`;
    },
    unreadable(folder) {
      text += `\n${folder}\tunreadable`;
    },
    other(file) {
      text += `\n${file}\tother`;
    },
    stamp: () => ({ text, newest }),
  };
}

/** Kernel clocks tick every few milliseconds; a file touched less than this long ago may change unseen. */
const GRAIN_MS = 100;

/** Whether everything in the stamp is older than the clock's grain at `now`, so that it may be trusted later. */
export function isSettled({ newest }: Stamp, now: number): boolean {
  return newest <= now - GRAIN_MS;
}

function walk(dir: string, prefix: string, depth: number, press: Press): void {
  const entries = entriesOf(dir);
  if (entries === undefined) press.unreadable(prefix);
  for (const entry of entries ?? []) {
    const file = prefix + entry.name;
    if (entry.name.startsWith('.') || isEvalPath(file)) continue;
    if (entry.isFile()) press.file(file, statOf(`${dir}/${entry.name}`));
    else if (!entry.isDirectory()) press.other(file);
    else {
      press.folder(file);
      if (isEntered(file, depth)) walk(`${dir}/${entry.name}`, `${file}/`, depth + 1, press);
    }
  }
}

function entriesOf(dir: string): Dirent[] | undefined {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
