import { hash } from 'node:crypto';
import { sha256 } from '../json.ts';
import type { SkillSource } from './source.ts';
import { sortPaths } from './source-paths.ts';

/**
 * The version of a skill: SHA-256 (hex) of the manifest, which has one line for each file of the source,
 *
 *     <SHA-256 of the file, hex> <space> <space> <path> <newline>
 *
 * sorted by the bytes of the path. Shared phases and artifacts the skill uses count, under `shared/…`; eval files and
 * dotfiles do not. For a skill without shared phases the same number comes from its folder by
 *
 *     find . -type f ! -path '*[/].*' ! -path './evals/*' ! -path ./eval.md -printf '%P\n' |
 *       LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum
 */
export function fingerprintOf(source: Pick<SkillSource, 'files'>): string {
  return sha256(manifestOf(source));
}

/** The manifest, as `sha256sum` prints and checks it. */
export function manifestOf({ files }: Pick<SkillSource, 'files'>): string {
  return sortPaths(files.keys())
    .map((path) => `${hash('sha256', files.get(path) ?? '', 'hex')}  ${path}\n`)
    .join('');
}
