import fs from 'node:fs';
import path from 'node:path';
import type { Json } from '../../src/os/json.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import type { Rule, SkillFiles } from '../project.ts';

export const STDLIB = path.resolve('src/stdlib/skills');

/** Names of the skills that ship. */
export const SHIPPED: readonly string[] = fs.readdirSync(STDLIB).sort();

/** A skill that ships, as a project's own with rules of a test instead of those it has. */
export function shipped(name: string, rules: readonly Rule[]): SkillFiles {
  const dir = path.join(STDLIB, name);
  const files = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const full = path.join(entry.parentPath, entry.name);
    return entry.isFile() ? [[path.relative(dir, full), fs.readFileSync(full, 'utf8')] as const] : [];
  });
  return { files: Object.fromEntries(files), rules };
}

/** What a run gave: of its postprocessor, else its final artifact. */
export function resultOf({ output, artifact }: RunOutcome): Json | undefined {
  return output?.value ?? artifact?.artifact;
}
