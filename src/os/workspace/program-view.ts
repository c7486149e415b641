import fs from 'node:fs';
import { join } from 'node:path';
import { compileGlob, isGlobProblem } from './glob.ts';
import { makeParent, type Place, type Roots } from './place.ts';
import { openStage, type Stage } from './stage.ts';
import { outermost, viewOf } from './view.ts';
import type { ProgramView, ProgramViewRequest, ViewMount } from './workspace.ts';

/** No file is called so; whether it may be written says whether a folder is open as such. */
const ANY_NAME = 'any name';
/** Version control reads it; it is never written through a program. */
const GIT = '.git';

/** The project as one program sees it. @throws OpError `too_large`. */
export async function openProgramView(
  roots: Roots,
  stageDir: () => string,
  { reads, writes, mayRead, mayWrite, signal }: ProgramViewRequest,
): Promise<ProgramView> {
  const shown = viewOf(roots, reads, (path) => mayRead(path) || isGit(path));
  const open = outermost([...new Set(writes.flatMap((pattern) => folderOf(pattern, mayWrite)))]);
  const may = { read: mayRead, signal };
  const made = makeFolders(roots, open);
  let stage: Stage | undefined;
  try {
    stage = open.length === 0 ? undefined : await openStage(roots, stageDir(), open, may);
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  const covers = (at: string): readonly ViewMount[] =>
    shown.covered.map(({ path, isFolder }) => ({ kind: isFolder ? 'hide-folder' : 'hide-file', at: join(at, path) }));
  const places = (at: string): readonly ViewMount[] =>
    [...shown.folders, ...shown.files].map((path) => ({
      kind: 'read',
      from: join(roots.root, path),
      at: join(at, path),
    }));
  return {
    mounts: (at) => [
      ...places(at),
      ...covers(at).filter((cover) => !open.some((folder) => cover.at.startsWith(`${join(at, folder)}/`))),
      ...open.map((folder): ViewMount => ({ kind: 'write', from: stage?.at(folder) ?? '', at: join(at, folder) })),
    ],
    direct: (at) => [
      ...places(at),
      ...open.map((folder): ViewMount => ({ kind: 'write', from: join(roots.root, folder), at: join(at, folder) })),
      ...covers(at),
    ],
    changes: async (asked) => (stage === undefined ? { changed: [], odd: [] } : stage.changes(asked)),
    remove: () => {
      stage?.remove();
      removeEmpty(made);
    },
  };
}

/**
 * Makes the folders that are open to a program and are not there: nothing can be mounted on a name that does not exist
 * in a folder that is read-only. @returns those that were made, outer ones first.
 */
function makeFolders(roots: Roots, folders: readonly string[]): readonly string[] {
  const made: string[] = [];
  for (const shown of folders) {
    const segments = [...shown.split('/'), ANY_NAME];
    const gained = (parent: Place) => made.push(join(roots.root, ...segments.slice(0, parent.segments.length + 1)));
    makeParent(roots, { base: roots.root, segments, shown }, gained).close();
  }
  return made;
}

/** What nothing was put into goes again. */
function removeEmpty(made: readonly string[]): void {
  for (const folder of made.toReversed()) {
    try {
      fs.rmdirSync(folder);
    } catch {
      // something is in it, or somebody has taken it away
    }
  }
}

function isGit(path: string): boolean {
  return path === GIT || path.startsWith(`${GIT}/`);
}

/** The folder of a pattern, where what is in it may be written without asking. */
function folderOf(pattern: string, mayWrite: (path: string) => boolean): readonly string[] {
  const glob = compileGlob(pattern);
  if (isGlobProblem(glob) || pattern.startsWith('/') || pattern.startsWith('work:')) return [];
  const base = glob.base.join('/');
  return base !== '' && mayWrite(`${base}/${ANY_NAME}`) ? [base] : [];
}
