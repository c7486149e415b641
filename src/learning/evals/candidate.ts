import { UserError } from '../../os/errors.ts';
import { OpError } from '../../os/op-error.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { loadSkill } from '../../os/skills/load.ts';
import { isEvalPath, sortPaths } from '../../os/skills/source-paths.ts';
import { canonicalPath, foldName } from '../../os/workspace/location.ts';
import type { WorkspaceHandle } from '../../os/workspace/workspace.ts';

/** Files and bytes that the folder of a skill may have. */
const MAX_FILES = 500;
const MAX_BYTES = 4_000_000;

/**
 * Another text of a skill, from a folder that a run may read. Eval files and dotfiles in it are no part of it; shared
 * phases stay as they are with the skill.
 * @throws OpError `skill` when it does not load, `not_found`, `too_large`.
 */
export async function readCandidate(baseline: Opened, dir: string, workspace: WorkspaceHandle): Promise<Opened> {
  const { source } = baseline;
  const folder = canonicalPath(dir);
  const files = new Map([...source.files].filter(([path]) => path.startsWith('shared/')));
  let bytes = 0;
  for await (const path of workspace.walk(folder)) {
    const own = path.slice(folder.length + 1);
    if (isLeftOut(own)) continue;
    if (isLeftOut(folded(own))) throw new OpError('skill', `"${own}" is eval files, or shared ones, to some disks.`);
    const content = await workspace.readBytes(path);
    files.set(own, content);
    bytes += content.length;
    if (files.size > MAX_FILES || bytes > MAX_BYTES)
      throw new OpError('too_large', `"${dir}" is too large for a skill.`);
  }
  if (!files.has('skill.md')) throw new OpError('not_found', `There is no skill.md in "${dir}".`);
  const sorted = new Map(sortPaths(files.keys()).map((path) => [path, files.get(path) ?? new Uint8Array()]));
  const candidate = { ...source, files: sorted };
  try {
    return { skill: loadSkill(candidate), source: candidate };
  } catch (error) {
    if (error instanceof UserError)
      throw new OpError('skill', `The skill in "${dir}" does not load: ${error.message}.`);
    throw error;
  }
}

/** A path as disks take it that know no case. */
function folded(path: string): string {
  return path.split('/').map(foldName).join('/');
}

function isLeftOut(path: string): boolean {
  return (
    isEvalPath(path) || path.split('/').some((name, at) => name.startsWith('.') || (at === 0 && name === 'shared'))
  );
}
