import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: the nearest one above that is named `reyn`, from the source and from the bundle. */
export function packageRoot(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (existsSync(manifest) && manifestOf(dir).name === 'reyn') return dir;
    if (dir === dirname(dir)) return dir;
  }
}

export function version(): string {
  return manifestOf(packageRoot()).version ?? 'unknown';
}

function manifestOf(dir: string): { name?: string; version?: string } {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { name?: string; version?: string };
}
