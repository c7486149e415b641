import { hostPatternProblem } from '../../network/host-pattern.ts';
import { didYouMean } from '../../suggest.ts';
import { compileGlob, isGlobProblem } from '../../workspace/glob.ts';
import { defineFamily } from '../rule.ts';
import { calledPython, grantedKinds, showPython, usedKinds } from './ops.ts';

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
      id: 'permissions/unreadable-pattern',
      severity: 'error',
      finds: 'a pattern of `permissions` that cannot be read',
      why: 'A pattern that is not understood permits nothing.',
      fix: 'Write a glob relative to the project root.',
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
    const { skill, env, map } = subject;
    const used = usedKinds(subject);
    for (const kind of grantedKinds(skill.permissions)) {
      if (used.has(kind)) continue;
      yield {
        rule: 'permissions/never-used',
        place: map.skillPlace('permissions', ...kind.split('.')),
        message: `the permission ${kind} is declared, but no allowed op and no step can use it`,
        fix: `Delete ${kind} from \`permissions\`, or add ${kind === 'python' ? 'a step that calls it' : 'an op that needs it to `allowed_ops` of a phase'}.`,
      };
    }
    const called = used.has('python') ? calledPython(subject) : undefined;
    for (const [index, entry] of skill.permissions.python.entries()) {
      if (called === undefined || called.has(showPython(entry))) continue;
      yield {
        rule: 'permissions/never-used',
        place: map.skillPlace('permissions', 'python', index),
        message: `${showPython(entry)} is declared, but no step calls it`,
        fix: 'Delete the entry, or correct its module and function.',
      };
    }
    for (const key of ['read', 'write'] as const) {
      for (const [index, pattern] of skill.permissions.file[key].entries()) {
        const place = map.skillPlace('permissions', 'file', key, index);
        const glob = compileGlob(pattern);
        if (isGlobProblem(glob)) {
          yield {
            rule: 'permissions/unreadable-pattern',
            place,
            message: `"${pattern}" permits nothing: ${glob.problem}`,
            fix: 'Write a pattern relative to the project, e.g. `docs/**/*.md`.',
          };
        } else if (key === 'write' && ANYWHERE.every((path) => glob.matches(path))) {
          yield {
            rule: 'permissions/too-wide',
            place,
            message: `"${pattern}" permits writing anywhere`,
            fix: 'Name the folders or files the skill writes, e.g. `notes/*.md`.',
          };
        }
      }
    }
    for (const [index, host] of skill.permissions.net.entries()) {
      const problem = hostPatternProblem(host);
      if (problem === undefined || host === SEARCH) continue;
      yield {
        rule: 'permissions/unreadable-pattern',
        place: map.skillPlace('permissions', 'net', index),
        message: `"${host}" permits nothing: ${problem}`,
        fix: 'Write a host, e.g. `example.com`, `*.example.com` or `example.com:8443`.',
      };
    }
    for (const [index, words] of skill.permissions.exec.entries()) {
      const [program] = words;
      if (program !== undefined && !/^\*{0,2}$/.test(program)) continue;
      yield {
        rule: 'permissions/unreadable-pattern',
        place: map.skillPlace('permissions', 'exec', index),
        message: 'a command without a program permits nothing',
        fix: 'Begin with the program, e.g. `[git, log, "**"]`.',
      };
    }
    for (const key of ['run', 'delegate', 'write'] as const) {
      for (const [index, name] of skill.permissions.skill[key].entries()) {
        if (env.skills.includes(name) || name === skill.name || name === '*') continue;
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

/** Stands for the search engine of the operator, whatever its host. */
const SEARCH = 'web_search';

/** Paths that a pattern for something in particular does not match. */
const ANYWHERE = [['a'], ['zz', 'y'], ['q', 'w', 'e.rt']];
