import { NO_PERMISSIONS } from '../../skills/skill.ts';
import type { LintEnv } from '../rule.ts';

/** A skill that breaks one rule and nothing else, and the same skill as it should be. Each is a whole skill.md. */
export type Example = { readonly bad: string; readonly good: string };

/** Name of the skill in every example. */
export const EXAMPLE_SKILL = 'example';

/** A skill.md of these front matter lines and this body. */
export function skillMd(keys: string, body: string): string {
  return `---\ntype: skill\nname: ${EXAMPLE_SKILL}\n${keys.trim()}\n---\n${body.trim()}\n`;
}

const nothing = () => [];

/** The world the examples are linted in. */
export const EXAMPLE_ENV: LintEnv = {
  ops: [
    { kind: 'read_file', effect: 'reads', needs: ['file.read'], uses: [], undeclared: nothing },
    { kind: 'write_file', effect: 'writes', needs: ['file.write'], uses: [], undeclared: nothing },
    { kind: 'run_skill', effect: 'child', needs: ['skill.run'], uses: [], undeclared: nothing },
    { kind: 'ask_user', effect: 'waits', needs: [], uses: [], undeclared: nothing },
  ],
  skills: [EXAMPLE_SKILL, 'translate', 'archive'],
  permissionsOf: (skill) =>
    skill === 'archive' ? { ...NO_PERMISSIONS, file: { read: [], write: ['archive/*.md'] } } : NO_PERMISSIONS,
  modelClasses: ['light', 'standard', 'strong'],
};
