import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { removeTree } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import { type ClosedPlace, protectionOf } from '../../os/permissions/protections.ts';
import type { Skill } from '../../os/skills/skill.ts';
import { compileGlob, type Glob, isGlobProblem } from '../../os/workspace/glob.ts';
import { isRefusal, parseLocation } from '../../os/workspace/location.ts';

/**
 * Copies of the project in which cases run: what the skill and those beneath it declare that they read or write, less
 * what no file op may read, which eval files and secrets are among. Links are left out: what they lead to may be elsewhere.
 */
export type Copies = {
  /** Makes the copy for one run; the folder is empty where nothing is declared. @returns its path, absolute. */
  make(run: string): string;
  /** Where the copy of a run is. */
  at(run: string): string;
  /** Whether the copy of a run is still there from before. */
  has(run: string): boolean;
  /** Removes what `make` made, unless others share it. */
  drop(run: string): void;
  /** Patterns of files in the copy that are declared to be written. */
  readonly writes: readonly string[];
};

const MAX_FILES = 20_000;
const MAX_BYTES = 500_000_000;
/** Not looked into unless a pattern names it. */
const HEAVY: readonly string[] = ['node_modules', '.git', '.reyn'];

type CopyOptions = {
  readonly root: string;
  /** Folder for the copies, absolute. */
  readonly dir: string;
  /** The evaluated version and all it may run. */
  readonly skills: Iterable<Skill>;
  readonly closed: readonly ClosedPlace[];
};

/** Nothing is read before the first copy is made; all copies hold the files that were there then. */
export function openCopies({ root, dir, skills, closed }: CopyOptions): Copies {
  const all = [...skills].map(({ permissions }) => permissions);
  const writes = inside(all.flatMap(({ file }) => file.write));
  const reads = inside(all.flatMap(({ file }) => file.read));
  /** Where nothing can be changed one copy is enough for all. */
  const isShared = writes.length === 0 && all.every(({ exec, python }) => exec.length + python.length === 0);
  let files: readonly string[] | undefined;
  const placeOf = (run: string) => join(dir, isShared ? 'shared' : run);
  let made = false;
  const make = (to: string) => {
    files ??= filesOf(root, [...reads, ...writes], closed);
    removeTree(to);
    fs.mkdirSync(to, { recursive: true, mode: 0o700 });
    for (const file of files) copyFile(join(root, file), join(to, file));
  };
  return {
    writes,
    has: (run) => isShared || fs.existsSync(placeOf(run)),
    make: (run) => {
      const to = placeOf(run);
      if (!made || !isShared) make(to);
      made = true;
      return to;
    },
    at: placeOf,
    drop: (run) => {
      if (!isShared) removeTree(placeOf(run));
    },
  };
}

/** Patterns of places in the project, each once; what lies outside is not copied. */
function inside(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)].filter(
    (pattern) => !/^(\/|~|work:|blob:)/.test(pattern) && !isGlobProblem(compileGlob(pattern)),
  );
}

function filesOf(root: string, patterns: readonly string[], closed: readonly ClosedPlace[]): readonly string[] {
  const globs = patterns.map((pattern) => compileGlob(pattern)).filter((glob): glob is Glob => !isGlobProblem(glob));
  const named = HEAVY.filter((name) => patterns.some((pattern) => pattern.split('/').includes(name)));
  const found: string[] = [];
  let bytes = 0;
  const open: string[][] = globs.length === 0 ? [] : [[]];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of entriesOf(join(root, ...folder))) {
      const parts = [...folder, entry.name];
      const path = parts.join('/');
      const location = parseLocation(path);
      if (isRefusal(location) || protectionOf(location, 'read', closed) !== undefined) continue;
      if (entry.isDirectory()) {
        const isHeavy = HEAVY.includes(entry.name) && !named.includes(entry.name);
        if (!isHeavy && globs.some((glob) => glob.reaches(parts))) open.push(parts);
      } else if (entry.isFile() && globs.some((glob) => glob.matches(parts))) {
        found.push(path);
        bytes += fs.statSync(join(root, path)).size;
        if (found.length > MAX_FILES || bytes > MAX_BYTES) throw tooMuch(found.length, bytes);
      }
    }
  }
  return found.sort();
}

function entriesOf(dir: string): fs.Dirent[] {
  try {
    return fs.readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // it went meanwhile
  }
}

function tooMuch(files: number, bytes: number): UserError {
  return new UserError(
    'usage',
    `the skill declares too much of the project to copy it for each case: over ${files} files, ${Math.round(bytes / 1e6)} MB`,
    { hint: 'Declare the folders it needs in `permissions.file`, not the whole project.' },
  );
}

function copyFile(from: string, to: string): void {
  fs.mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // it went meanwhile
  }
}
