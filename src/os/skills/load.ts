import { UserError } from '../errors.ts';
import { compileSkill } from './compile.ts';
import type { Finding } from './finding.ts';
import type { Skill } from './skill.ts';
import type { SkillSource } from './source.ts';
import { pathOfFile } from './source-paths.ts';

/**
 * The skill a source compiles to. It cannot be changed: everybody who opens the skill is given the same one, and what it
 * declares is what it may do.
 * @throws UserError `skill` with the first finding and the number of others.
 */
export function loadSkill(source: SkillSource): Skill {
  const { skill, findings } = compileSkill(source);
  if (skill !== undefined) return frozen(skill);
  throw loadError(source, findings);
}

/** The error of a source that does not compile. */
export function loadError({ name, origin, dir }: SkillSource, findings: readonly Finding[]): UserError {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const where =
    first === undefined ? {} : { file: pathOfFile(dir, first.file), line: first.line, column: first.column };
  const target = origin === 'path' ? dir : name;
  const hint = `${first?.fix ?? ''} Run \`reyn lint ${target}\` to see everything.`.trim();
  return new UserError('skill', `${first?.message ?? 'the skill does not load'}${more}`, {
    where: { ...where, skill: name },
    hint,
  });
}

/** Freezes a value and all that is in it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
