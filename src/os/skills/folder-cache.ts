import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digest, isObject, type Json } from '../json.ts';
import { isSettled, type Stamp } from './stamp.ts';

/**
 * What was worked out from skill folders, kept in a file from one process to the next.
 *
 *  C1 A value is given only for the stamp it was made under, so a changed folder is worked out again.
 *  C2 Nothing depends on the file: absent, torn, of another version or unwritable, it is as if empty.
 *  C3 The file is written only into a store that is there: who merely looks at a project leaves no trace in it.
 */
export type FolderCache = {
  /**
   * What was made of the folder under its stamp; made anew when there is nothing, and then kept, unless the folder
   * changed so shortly before `at` that a stamp might miss the next change. All values of one cache have the same type.
   */
  take<T>(folder: Asked<T>): T;
  /** Writes what was made since the file was read; does nothing otherwise. */
  save(): void;
};

/** A folder, as it is looked at beginning with the moment `at` (milliseconds since the epoch). */
export type Asked<T> = {
  readonly dir: string;
  readonly at: number;
  stampOf(): Stamp;
  make(): Made<T>;
};

/** A value, and the stamp of what it was made from. */
export type Made<T> = { readonly value: T; readonly stamp: Stamp };

/** Beyond this many folders, those not asked for since the cache was opened are dropped. */
const MAX_FOLDERS = 20_000;

type Kept = { readonly stamp: string; readonly value: unknown };

/**
 * Opens the cache in `file`, whose folder is in a project's store. `version` must differ whenever the same folder could
 * give another value: it covers the program and everything besides the folder that a value depends on. Values are JSON.
 */
export function openFolderCache(file: string, version: string): FolderCache {
  const kept = readKept(file, version);
  const asked = new Set<string>();
  let changed = false;
  return {
    take<T>({ dir, at, stampOf, make }: Asked<T>): T {
      asked.add(dir);
      const found = kept.get(dir);
      if (found !== undefined && found.stamp === digest(stampOf().text)) return found.value as T;
      const { value, stamp } = make();
      if (isSettled(stamp, at)) {
        kept.set(dir, { stamp: digest(stamp.text), value });
        changed = true;
      }
      return value;
    },
    save() {
      if (!changed) return;
      const all = [...kept];
      const folders = all.length > MAX_FOLDERS ? all.filter(([dir]) => asked.has(dir)) : all;
      write(file, version, JSON.stringify(folders.map(([dir, { stamp, value }]) => [dir, stamp, value])));
      changed = false;
    },
  };
}

/** The first line names the version and the digest of the second, which is the content. */
function readKept(file: string, version: string): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  try {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const content = text.slice(end + 1);
    const head: unknown = JSON.parse(text.slice(0, end));
    if (!isObject(head) || head.version !== version || head.digest !== digest(content)) return kept;
    for (const [dir, stamp, value] of JSON.parse(content) as [string, string, Json][]) kept.set(dir, { stamp, value });
  } catch {
    kept.clear(); // C2
  }
  return kept;
}

function write(file: string, version: string, content: string): void {
  const beside = `${file}.${process.pid}`;
  try {
    makeFolder(path.dirname(file));
    try {
      writeFileSync(beside, `${JSON.stringify({ version, digest: digest(content) })}\n${content}`, { mode: 0o600 });
      renameSync(beside, file);
    } finally {
      rmSync(beside, { force: true });
    }
  } catch {
    return; // C2
  }
}

/** Fails where the folder above is not there (C3). */
function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
