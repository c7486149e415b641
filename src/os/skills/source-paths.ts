export const SKILL_MD = 'skill.md';

/** The file of an Agent Skills folder, upper case as its public specification has it. */
export const AGENT_SKILL_MD = 'SKILL.md';

/** The file that says what the skill in these files is. */
export function mainFileOf({ files }: { readonly files: ReadonlyMap<string, unknown> }): string {
  return files.has(SKILL_MD) || !files.has(AGENT_SKILL_MD) ? SKILL_MD : AGENT_SKILL_MD;
}

/** Files of a skill that no run may see, and that do not count for its version. */
export function isEvalPath(path: string): boolean {
  return path === 'eval.md' || path === 'evals' || path.startsWith('evals/');
}

/** Deepest folder of a skill, that of skill.md being 0. */
export const MAX_DIRS = 8;

/** Whether a folder of a skill, `depth` levels down, is looked into. `shared` is where shared phases would stand. */
export function isEntered(folder: string, depth: number): boolean {
  return folder !== 'shared' && depth < MAX_DIRS;
}

/** Paths in the order of their UTF-8 bytes, the order of `LC_ALL=C sort`. */
export function sortPaths(paths: Iterable<string>): string[] {
  const list = [...paths];
  if (list.every((path, index) => index === 0 || isBefore(list[index - 1] ?? '', path))) return list;
  if (list.every((path) => /^[\0-\x7f]*$/.test(path))) return list.sort();
  return list.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Whether `a` sorts before `b` beyond doubt. */
function isBefore(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return left < right && right < 0x80;
  }
  return a.length < b.length;
}

/** Where a file that a finding names lies, from where `dir` counts. */
export function pathOfFile(dir: string, file: string): string {
  if (file.startsWith('shared/')) return `reyn/project/${file}`;
  return dir === '' || dir === '.' ? file : `${dir}/${file}`;
}
