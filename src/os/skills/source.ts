import { isUtf8 } from 'node:buffer';
import type { Finding } from './finding.ts';
import type { SkillOrigin } from './skill.ts';

/** The files of one skill, read: everything `compileSkill` looks at. */
export type SkillSource = {
  /** Name of the folder. */
  readonly name: string;
  readonly origin: SkillOrigin;
  /** Folder the files were read from, relative to the project where it lies inside. */
  readonly dir: string;
  /**
   * Every regular file by its path in the folder (with `/`), sorted; eval files and dotfiles left out. Shared phases
   * and artifacts the skill uses stand under `shared/phases/<phase>.md` and `shared/artifacts/<type>.yaml`.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What could not be read: links, oversized files. Absent when everything could. */
  readonly unread?: readonly Finding[];
};

export const SKILL_MD = 'skill.md';

/** Files of a skill that no run may see, and that do not count for its version. */
export function isEvalPath(path: string): boolean {
  return path === 'eval.md' || path === 'evals' || path.startsWith('evals/');
}

/** A file's text without a byte order mark; `undefined` when it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Paths in the order of their UTF-8 bytes, the order of `LC_ALL=C sort`. */
export function sortPaths(paths: Iterable<string>): string[] {
  const list = [...paths];
  if (list.every((path) => /^[\0-\x7f]*$/.test(path))) return list.sort();
  return list.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Where a file that a finding names lies, from where `dir` counts. */
export function pathOfFile(dir: string, file: string): string {
  if (file.startsWith('shared/')) return `reyn/project/${file}`;
  return dir === '' || dir === '.' ? file : `${dir}/${file}`;
}
