import { isObject } from '../../json.ts';
import type { Permissions } from '../../skills/skill.ts';
import { listed } from '../../suggest.ts';
import { compileGlob, isGlobProblem } from '../../workspace/glob.ts';
import { defineFamily } from '../rule.ts';
import { showPython } from './ops.ts';

/** A sub-run is held to what its parent declares, too: what that lacks it cannot do. */
export const subSkills = defineFamily({
  rules: [
    {
      id: 'skills/held-back',
      severity: 'warning',
      finds: 'a skill in `permissions.skill.run` that declares more than the skill that runs it',
      why: 'A sub-run is held to both declarations, so that part of its work is denied.',
      fix: 'Declare it here, too, or list the skill under `permissions.skill.delegate`.',
    },
  ],
  *check({ skill, env, map }) {
    for (const [index, name] of skill.permissions.skill.run.entries()) {
      const other = name === skill.name ? undefined : env.permissionsOf(name);
      const missing = other === undefined ? [] : beyond(other, skill.permissions);
      if (missing.length === 0) continue;
      yield {
        rule: 'skills/held-back',
        place: map.skillPlace('permissions', 'skill', 'run', index),
        message: `"${name}" declares ${listed(missing)}, and this skill does not: in a sub-run of it that is denied`,
        fix: `Add it to \`permissions\`, or move "${name}" from \`run\` to \`delegate\`.`,
      };
    }
  },
});

/** What `inner` declares and `outer` does not, as far as their texts tell; running further skills aside. */
function beyond(inner: Permissions, outer: Permissions): readonly string[] {
  const files = (['read', 'write'] as const).flatMap((key) =>
    inner.file[key]
      .filter((pattern) => !pattern.startsWith('work:') && !covers(outer.file[key], pattern))
      .map((pattern) => `file.${key} of ${pattern}`),
  );
  const functions = outer.python.map(showPython);
  const python = inner.python.map(showPython).filter((name) => !functions.includes(name));
  const lists = (['net', 'recall', 'index', 'exec', 'mcp', 'secrets'] as const).flatMap((key) =>
    entriesOf(inner[key])
      .filter((entry) => !entriesOf(outer[key]).includes(entry))
      .map((entry) => `${key} of ${entry}`),
  );
  const evals = inner.eval && !outer.eval ? ['eval'] : [];
  return [...files, ...lists, ...python.map((name) => `python of ${name}`), ...evals];
}

/** A pattern read as a path: what a wider pattern matches, it covers. */
function covers(patterns: readonly string[], pattern: string): boolean {
  return patterns.some((wide) => {
    const glob = compileGlob(wide);
    return wide === pattern || (!isGlobProblem(glob) && glob.matches(pattern.split('/')));
  });
}

function entriesOf(value: Permissions['net' | 'exec' | 'mcp']): readonly string[] {
  if (Array.isArray(value)) return value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([server, tools]) =>
    (tools as readonly string[]).map((tool) => `${server}/${tool}`),
  );
}
