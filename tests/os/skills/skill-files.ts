import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Compiled, compileSkill } from '../../../src/os/skills/compile.ts';
import type { Skill } from '../../../src/os/skills/skill.ts';
import type { SkillSource } from '../../../src/os/skills/source.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A source from texts, as if read from a project folder. */
export function sourceOf(files: Files, name = 'demo', origin: SkillSource['origin'] = 'project'): SkillSource {
  const entries = Object.entries(files).map(([file, content]): [string, Uint8Array] => [file, Buffer.from(content)]);
  return { name, origin, dir: `reyn/project/${name}`, files: new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

export function compile(files: Files, name = 'demo'): Compiled {
  return compileSkill(sourceOf(files, name));
}

/** The skill; throws with the findings when there is none. */
export function skillOf(files: Files, name = 'demo'): Skill {
  const { skill, findings } = compile(files, name);
  if (skill === undefined) throw new Error(JSON.stringify(findings, null, 1));
  return skill;
}

/** `file:line:column rule` of every finding. */
export function places(files: Files, name = 'demo'): string[] {
  return compile(files, name).findings.map(
    ({ file, line, column, rule }) => `${file}:${line}:${column} ${rule.replace('format/', '')}`,
  );
}

/** skill.md of a skill called demo, with an artifact, and `more` lines of front matter. */
export function head(...more: string[]): string {
  return ['---', 'type: skill', 'name: demo', 'artifacts: { note: { text: string } }', ...more, '---', ''].join('\n');
}

/** Writes files below a folder. */
export function writeFiles(dir: string, files: Files): void {
  for (const [file, content] of Object.entries(files)) {
    const full = path.join(dir, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, content);
  }
}

/** Runs `body` with a new folder that is removed afterwards. */
export async function inFolder<T>(body: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-skills-'));
  try {
    return await body(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
