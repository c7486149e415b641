import { readdirSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const ORIGINS = ['project', 'local'];
const EVALS = ['eval.md', 'evals'];

/**
 * Where eval files of skills lie whose folder is reached through a link: by their path alone nobody would know them for
 * eval files. Absolute; below `root` where they are in the project.
 */
export function linkedEvals(root: string): readonly string[] {
  const realRoot = real(root) ?? root;
  return ORIGINS.flatMap((origin) => {
    const dir = join(root, 'reyn', origin);
    const place = real(dir);
    if (place === undefined) return [];
    const isMoved = place !== join(realRoot, 'reyn', origin);
    return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
      if (!isMoved && !entry.isSymbolicLink()) return [];
      const folder = real(join(place, entry.name));
      if (folder === undefined) return [];
      const path = relative(realRoot, folder);
      const isInside = path !== '..' && !path.startsWith(`..${sep}`);
      return EVALS.map((name) => join(isInside ? join(root, path) : folder, name));
    });
  });
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // there is none
  }
}
