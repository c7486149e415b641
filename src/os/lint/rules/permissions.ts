import { isObject } from '../../json.ts';
import { defineFamily } from '../rule.ts';
import { didYouMean } from '../suggest.ts';
import { grantedKinds, usedKinds } from './ops.ts';

/** Declared permissions are no wider than what the skill does. */
export const permissions = defineFamily({
  rules: [
    {
      id: 'permissions/never-used',
      severity: 'warning',
      finds: 'a permission that no allowed op and no step can use',
      why: 'Authority nobody needs is authority somebody may misuse.',
      fix: 'Delete it, or allow the op that needs it.',
    },
    {
      id: 'permissions/too-wide',
      severity: 'warning',
      finds: 'a permission to write anywhere',
      why: 'The upper bound should say what the skill is for; this one bounds nothing.',
      fix: 'Name the folders or files the skill writes.',
    },
    {
      id: 'skills/unknown-skill',
      severity: 'warning',
      finds: 'a skill in `permissions.skill` that does not resolve',
      why: 'The name is wrong, or the skill is not there on this machine.',
      fix: 'Write the name of a skill that resolves, or delete the entry.',
    },
  ],
  *check(subject) {
    const { skill, env, map, document } = subject;
    const used = usedKinds(subject);
    for (const kind of grantedKinds(skill.permissions)) {
      // Steps and nodes this runtime has no op for use their permission without one.
      if (used.has(kind) || kind === 'python' || (kind === 'skill.run' && hasSkillNode(document.raw.skill))) continue;
      yield {
        rule: 'permissions/never-used',
        place: map.skillPlace('permissions', ...kind.split('.')),
        message: `the permission ${kind} is declared, but no allowed op and no step can use it`,
        fix: `Delete ${kind} from \`permissions\`, or add an op that needs it to \`allowed_ops\` of a phase.`,
      };
    }
    for (const [index, glob] of skill.permissions.file.write.entries()) {
      if (!isEverywhere(glob)) continue;
      yield {
        rule: 'permissions/too-wide',
        place: map.skillPlace('permissions', 'file', 'write', index),
        message: `"${glob}" permits writing anywhere`,
        fix: 'Name the folders or files the skill writes, e.g. `notes/*.md`.',
      };
    }
    for (const key of ['run', 'write'] as const) {
      for (const [index, name] of skill.permissions.skill[key].entries()) {
        if (env.skills.includes(name) || name === skill.name || name.includes('*')) continue;
        yield {
          rule: 'skills/unknown-skill',
          place: map.skillPlace('permissions', 'skill', key, index),
          message: `no skill "${name}" resolves${didYouMean(name, env.skills)}`,
          fix: `Write the name of a skill that \`reyn skill list\` shows, or delete "${name}".`,
        };
      }
    }
  },
});

/** Whether a glob matches every path: only wild parts below a root. */
function isEverywhere(glob: string): boolean {
  const parts = glob.split('/').filter((part) => part !== '' && part !== '.' && part !== '~');
  return parts.length > 0 && parts.includes('**') && parts.every((part) => part === '**' || part === '*');
}

function hasSkillNode(raw: Record<string, unknown>): boolean {
  return isObject(raw.graph) && Object.keys(raw.graph).some((name) => name.startsWith('@'));
}
