import { type Dirent, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isEvalPath } from './source-paths.ts';

/** Deepest folder looked into; the reader of skills refuses deeper ones. */
const MAX_DIRS = 9;

/**
 * What a skill's folder looks like without reading a file: path, size, change times and inode of every file that
 * `readSkillSource` would read, and of every shared file, which the skill may use. Equal stamps mean equal content,
 * unless somebody wrote a file of the same size twice within the clock's grain; see {@link isSettled}.
 */
export function stampOf(dir: string, sharedDir: string | undefined): string {
  const lines: string[] = [];
  walk(dir, '', 0, lines);
  if (sharedDir !== undefined) walk(sharedDir, 'shared/', 1, lines);
  return lines.join('\n');
}

/** Kernel clocks tick every few milliseconds; a file touched less than this long ago may change unseen. */
const GRAIN_MS = 100;

/** Whether everything in the stamp is older than the clock's grain at `now`, so that the stamp may be trusted later. */
export function isSettled(stamp: string, now: number): boolean {
  for (const line of stamp.split('\n')) {
    const [, , modified = '0', changed = '0'] = line.split('\t');
    if (Math.max(Number(modified), Number(changed)) > now - GRAIN_MS) return false;
  }
  return true;
}

function walk(dir: string, prefix: string, depth: number, lines: string[]): void {
  for (const entry of entriesOf(dir)) {
    const file = prefix + entry.name;
    if (entry.name.startsWith('.') || isEvalPath(file)) continue;
    if (entry.isDirectory()) {
      if (depth < MAX_DIRS) walk(path.join(dir, entry.name), `${file}/`, depth + 1, lines);
    } else lines.push(lineOf(path.join(dir, entry.name), file, entry));
  }
}

function lineOf(from: string, file: string, entry: Dirent): string {
  if (!entry.isFile()) return `${file}\tother`;
  const stats = statSync(from, { throwIfNoEntry: false });
  if (stats === undefined) return `${file}\tgone`;
  return `${file}\t${stats.size}\t${stats.mtimeMs}\t${stats.ctimeMs}\t${stats.ino}`;
}

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}
