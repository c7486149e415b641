import { join } from 'node:path';
import { compileGlob, isGlobProblem } from './glob.ts';
import type { Roots } from './place.ts';
import { openStage } from './stage.ts';
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
  const stage = open.length === 0 ? undefined : await openStage(roots, stageDir(), open, may);
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
    remove: () => stage?.remove(),
  };
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
