import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../os/errors.ts';

/** What makes a folder a project. */
const MARKS = ['reyn.yaml', '.reyn', join('reyn', 'project')];

/** The folder a command starts from: `-C`, else the working directory. @throws UserError `usage`. */
export function startFolder(cwd: string, path: string | undefined): string {
  const start = resolve(cwd, path ?? '.');
  if (statSync(start, { throwIfNoEntry: false })?.isDirectory() === true) return start;
  throw new UserError('usage', `There is no folder ${start}.`, { hint: 'Give -C the folder of a project.' });
}

/** The project a folder lies in: the nearest folder above that has a mark of one, else the folder itself. */
export function projectRoot(start: string): string {
  for (let dir = start; ; dir = dirname(dir)) {
    if (MARKS.some((mark) => existsSync(join(dir, mark)))) return dir;
    if (dir === dirname(dir)) return start;
  }
}
