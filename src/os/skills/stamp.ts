import { type Dirent, readdirSync } from 'node:fs';
import { statOf } from './regular-file.ts';
import { isEvalPath } from './source-paths.ts';

/** Deepest folder looked into; the reader of skills refuses deeper ones. */
const MAX_DIRS = 9;

/**
 * What a folder looks like without reading a file: path, size, change times and inode of every file that belongs to a
 * skill in it, and which folders there are. Equal stamps mean equal content, unless somebody wrote a file of the same
 * size twice within the clock's grain; see {@link isSettled}.
 */
export function stampOf(dir: string): string {
  const top = statOf(dir);
  const lines: string[] = [top === undefined ? 'gone' : top.isDirectory() ? 'folder' : 'other'];
  if (top !== undefined) walk(dir, '', 0, lines);
  return lines.join('\n');
}

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
  if (entries === undefined) lines.push(`${prefix}\tunreadable`);
  for (const entry of entries ?? []) {
    const file = prefix + entry.name;
    if (entry.name.startsWith('.') || isEvalPath(file)) continue;
    if (entry.isFile()) lines.push(`${file}\t${shapeOf(`${dir}/${entry.name}`)}`);
    else if (!entry.isDirectory()) lines.push(`${file}\tother`);
    else {
      lines.push(`${file}/`);
      if (depth < MAX_DIRS) walk(`${dir}/${entry.name}`, `${file}/`, depth + 1, lines);
    }
  }
}

function shapeOf(file: string): string {
  const stats = statOf(file);
  return stats === undefined ? 'gone' : `${stats.size}\t${stats.mtimeMs}\t${stats.ctimeMs}\t${stats.ino}`;
}

function entriesOf(dir: string): Dirent[] | undefined {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
