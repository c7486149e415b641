import { type Dirent, readdirSync, type Stats } from 'node:fs';
import { statOf } from './regular-file.ts';
import { isEntered, isEvalPath } from './source-paths.ts';

/**
 * What a folder looks like without reading a file: path, size, change times and inode of every file that belongs to a
 * skill in it, and which folders there are. Equal stamps mean equal content, unless somebody wrote a file of the same
 * size twice within the clock's grain; see {@link isSettled}. Reading the folder gives the same stamp by the way.
 */
export function stampOf(dir: string): string {
  const top = statOf(dir);
  const lines = [stampLine.top(top)];
  if (top !== undefined) walk(dir, '', 0, lines);
  return lines.join('\n');
}

/** The lines of a stamp, in the order the folder is walked. */
export const stampLine = {
  top: (stats: Stats | undefined) => (stats === undefined ? 'gone' : stats.isDirectory() ? 'folder' : 'other'),
  file: (file: string, stats: Stats | undefined) =>
    stats === undefined ? `${file}\tgone` : `${file}\t${stats.size}\t${stats.mtimeMs}\t${stats.ctimeMs}\t${stats.ino}`,
  folder: (folder: string) => `${folder}/`,
  unreadable: (folder: string) => `${folder}\tunreadable`,
  other: (file: string) => `${file}\tother`,
};

/** Kernel clocks tick every few milliseconds; a file touched less than this long ago may change unseen. */
const GRAIN_MS = 100;

/** Whether everything in the stamp is older than the clock's grain at `now`, so that it may be trusted later. */
export function isSettled(stamp: string, now: number): boolean {
  return stamp.split('\n').every((line) => {
    const [, , modified = '0', changed = '0'] = line.split('\t');
    return Math.max(Number(modified), Number(changed)) <= now - GRAIN_MS;
  });
}

function walk(dir: string, prefix: string, depth: number, lines: string[]): void {
  const entries = entriesOf(dir);
  if (entries === undefined) lines.push(stampLine.unreadable(prefix));
  for (const entry of entries ?? []) {
    const file = prefix + entry.name;
    if (entry.name.startsWith('.') || isEvalPath(file)) continue;
    if (entry.isFile()) lines.push(stampLine.file(file, statOf(`${dir}/${entry.name}`)));
    else if (!entry.isDirectory()) lines.push(stampLine.other(file));
    else {
      lines.push(stampLine.folder(file));
      if (isEntered(file, depth)) walk(`${dir}/${entry.name}`, `${file}/`, depth + 1, lines);
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
