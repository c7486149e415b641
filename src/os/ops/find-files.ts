import { OpError } from '../op-error.ts';
import { compileGlob, isGlobProblem } from '../workspace/glob.ts';
import { isRefusal, parseLocation, showLocation } from '../workspace/location.ts';
import type { WalkSkip, WorkspaceHandle } from '../workspace/workspace.ts';

const SKIPPED: Readonly<Record<WalkSkip, string>> = {
  too_many: 'there are more files than one search looks at; name a folder',
  too_deep: 'folders deeper than 64 levels were not looked into',
  odd_name: 'files whose names are not plain text were left out',
};

/**
 * Files below `folder` whose path from there matches `pattern`, in order. Only the part of the tree that can match is
 * walked. `skipped` hears, as sentences, of what was left out. @throws OpError `bad_pattern` and those of the walk.
 */
export async function* findFiles(
  search: { readonly folder: string; readonly pattern: string; readonly skipped: (why: string) => void },
  workspace: WorkspaceHandle,
): AsyncGenerator<string> {
  const glob = compileGlob(search.pattern);
  const problem = isGlobProblem(glob) ? glob.problem : undefined;
  if (isGlobProblem(glob) || search.pattern.startsWith('/')) {
    const why = problem ?? 'it must be relative to the folder; name the folder in `path`';
    throw new OpError('bad_pattern', `The pattern "${search.pattern.slice(0, 100)}" cannot be used: ${why}.`);
  }
  const start = parseLocation(search.folder);
  if (isRefusal(start)) throw new OpError('refused', start.refused);
  const depth = start.root === 'blob' ? 0 : start.segments.length;
  const top = start.root === 'blob' ? start : { ...start, segments: [...start.segments, ...glob.base] };
  try {
    const options = {
      enters: (folder: string) => glob.reaches(partsOf(folder).slice(depth)),
      skipped: (why: WalkSkip) => search.skipped(SKIPPED[why]),
    };
    for await (const found of workspace.walk(showLocation(top), options)) {
      const parts = partsOf(found);
      const below = parts.slice(depth);
      // the search may start at a single file, which has no path below itself
      if (glob.matches(below.length === 0 ? parts.slice(-1) : below)) yield found;
    }
  } catch (error) {
    // a pattern may begin with a folder that does not exist; the folder that was asked for must
    if (!(glob.base.length > 0 && error instanceof OpError && error.code === 'not_found')) throw error;
  }
}

function partsOf(path: string): readonly string[] {
  const location = parseLocation(path);
  return isRefusal(location) ? [] : location.segments;
}
