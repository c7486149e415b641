import fs from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type ConfigSources, userConfigDir } from './layer.ts';

/**
 * Folder of the user's signing keys: `keys` in their configuration folder. `undefined` where there is no home, and where
 * that folder lies in the project, links followed: a project must not be able to bring or to hold a key.
 */
export function keysDir({ root, env, userDir }: ConfigSources): string | undefined {
  const config = userDir ?? userConfigDir(env);
  if (config === undefined) return undefined;
  const dir = join(config, 'keys');
  const inside = relative(realOf(root), realOf(dir));
  return inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`)) ? undefined : dir;
}

/** The path without links, as far as it exists. */
function realOf(path: string): string {
  const full = resolve(path);
  try {
    return fs.realpathSync(full);
  } catch {
    const above = dirname(full);
    return above === full ? full : join(realOf(above), full.slice(above.length));
  }
}
