import { type Part, refuse } from './part.ts';
import { USER_MESSAGE } from './skill.ts';

/** Longest name of a skill, phase or artifact type. */
export const MAX_NAME = 64;

/** Prefix of a graph node that is a shared phase. */
export const SHARED = 'shared/';

export const SKILL_NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;
export const SNAKE_CASE = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;

/** Words that already mean something in a graph, a path or a decision, and the one lower-case name every object has. */
const RESERVED = ['end', 'finish', 'abort', 'input', 'run', 'visits', 'phases', 'artifact', 'constructor'];

/** A skill folder of this name would be the place of shared phases. */
const RESERVED_FOR_SKILLS = ['shared'];

export type Named = 'skill' | 'phase' | 'artifact';

/** What is wrong with a name, or `undefined`. */
export function nameProblem(kind: Named, name: string): { message: string; fix: string } | undefined {
  if (name.length > MAX_NAME) {
    return { message: `the name is longer than ${MAX_NAME} characters`, fix: 'Choose a shorter name.' };
  }
  if (RESERVED.includes(name) || (kind === 'skill' && RESERVED_FOR_SKILLS.includes(name))) {
    return { message: `"${name}" is a reserved word`, fix: `Choose another name; reserved: ${RESERVED.join(', ')}.` };
  }
  if (kind === 'artifact' && name === USER_MESSAGE.name) {
    return { message: `"${name}" is built in`, fix: 'Choose another name for this artifact type.' };
  }
  if (kind === 'skill') {
    if (SKILL_NAME.test(name)) return undefined;
    return {
      message: `"${name}" is not a skill name`,
      fix: 'Use lower-case letters and digits, words joined by "-" or "_".',
    };
  }
  // A name of digits alone would lose its place in the order of a mapping.
  if (SNAKE_CASE.test(name) && !/^[0-9]+$/.test(name)) return undefined;
  return { message: `"${name}" is not a name for a ${kind}`, fix: `Use snake_case, e.g. "${snakeCase(name)}".` };
}

/** Reports a bad name at `part`. @returns whether the name is good. */
export function checkName(part: Part, kind: Named, name: string): boolean {
  const problem = nameProblem(kind, name);
  if (problem !== undefined) refuse(part, 'format/name', problem.message, problem.fix);
  return problem === undefined;
}

/** The name of the one phase of a skill without a graph. */
export function phaseNameOf(skill: string): string {
  return skill.replaceAll('-', '_');
}

function snakeCase(name: string): string {
  const words = name
    .slice(0, MAX_NAME)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.length === 0 || words.every((word) => /^[0-9]+$/.test(word)) ? 'draft_plan' : words.join('_');
}
