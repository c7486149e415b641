import { EXAMPLE_ENV, EXAMPLE_SKILL } from '../../../src/os/lint/examples.ts';
import { type LintEnv, lintSkill } from '../../../src/os/lint/lint.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import type { Finding } from '../../../src/os/skills/finding.ts';

/** Everything there is to say about a skill of these files: what the loader refuses, or what lint finds. */
export function lintFiles(
  files: Readonly<Record<string, string>>,
  env: LintEnv = EXAMPLE_ENV,
  name = EXAMPLE_SKILL,
): readonly Finding[] {
  const entries = Object.entries(files).map(([file, text]) => [file, Buffer.from(text)] as const);
  const source = { name, origin: 'project', dir: `reyn/project/${name}`, files: new Map(entries) } as const;
  const { skill, document, findings } = compileSkill(source);
  return skill === undefined ? findings : [...findings, ...lintSkill({ skill, document }, env)];
}

/** The same for a skill of one file. */
export function lintText(skillMd: string, env: LintEnv = EXAMPLE_ENV): readonly Finding[] {
  return lintFiles({ 'skill.md': skillMd }, env);
}

/** `line:column rule` of each finding. */
export function spots(findings: readonly Finding[]): string[] {
  return findings.map(({ line, column, rule }) => `${line}:${column} ${rule}`);
}
