import { isObject, type Json, type JsonObject } from '../../json.ts';
import { oneOf } from '../../suggest.ts';
import type { KeyPath } from '../../yaml-places.ts';

/** What keeps a folder from being valid by the public Agent Skills specification, https://agentskills.io/specification. */
export type SpecProblem = {
  readonly rule: 'agent-skill/name' | 'agent-skill/description' | 'agent-skill/key' | 'agent-skill/value';
  /** Key path in the front matter; `[]` for one that is missing. */
  readonly path: KeyPath;
  readonly message: string;
  readonly fix: string;
};

const KEYS = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Lengths are counted in characters (code points). */
export const MAX_AGENT_SKILL_NAME = 64;
export const MAX_DESCRIPTION = 1024;
export const MAX_COMPATIBILITY = 500;

/**
 * Checks the front matter of a SKILL.md in a folder called `folder`.
 * @returns every problem, in the order of the specification; none = valid.
 */
export function agentSkillProblems(keys: JsonObject, folder: string): readonly SpecProblem[] {
  return [
    ...nameProblems(keys.name, folder),
    ...descriptionProblems(keys.description),
    ...textProblems(keys, 'license', undefined),
    ...textProblems(keys, 'compatibility', MAX_COMPATIBILITY),
    ...metadataProblems(keys.metadata),
    ...toolProblems(keys['allowed-tools']),
    ...Object.keys(keys)
      .filter((key) => !KEYS.includes(key))
      .map((key): SpecProblem => {
        const fix = `Write ${oneOf(key, KEYS)}, or put it below "metadata".`;
        return { rule: 'agent-skill/key', path: [key], message: `unknown key "${key}" in SKILL.md`, fix };
      }),
  ];
}

function nameProblems(name: Json | undefined, folder: string): SpecProblem[] {
  const problem = (message: string, fix: string, path: KeyPath = ['name']): SpecProblem[] => [
    { rule: 'agent-skill/name', path, message, fix },
  ];
  if (name === undefined || name === null) return problem('SKILL.md has no name', `Add "name: ${folder}".`, []);
  if (typeof name !== 'string') return problem('the name is not text', 'Put it in quotes.');
  if (lengthOf(name) > MAX_AGENT_SKILL_NAME) {
    return problem(`the name is longer than ${MAX_AGENT_SKILL_NAME} characters`, 'Choose a shorter name.');
  }
  if (!NAME.test(name)) {
    return problem(`"${name}" is not a name`, 'Use lower-case letters and digits, words joined by single "-".');
  }
  if (name === folder) return [];
  return problem(`the folder is called ${folder}, SKILL.md says "${name}"`, 'Make the two the same.');
}

function descriptionProblems(description: Json | undefined): SpecProblem[] {
  const problem = (message: string, fix: string, path: KeyPath = ['description']): SpecProblem[] => [
    { rule: 'agent-skill/description', path, message, fix },
  ];
  const what = 'Say what the skill does and when to use it.';
  if (description === undefined) return problem('SKILL.md has no description', `Add "description". ${what}`, []);
  if (typeof description !== 'string') return problem('the description is not text', `Put it in quotes. ${what}`);
  if (description.trim() === '') return problem('the description is empty', what);
  if (lengthOf(description) <= MAX_DESCRIPTION) return [];
  const message = `the description has ${lengthOf(description)} characters, more than ${MAX_DESCRIPTION}`;
  return problem(message, 'Shorten it, and move the rest into the body.');
}

function textProblems(keys: JsonObject, key: string, most: number | undefined): SpecProblem[] {
  const value = keys[key];
  const problem = (message: string, fix: string): SpecProblem[] => [
    { rule: 'agent-skill/value', path: [key], message, fix },
  ];
  if (value === undefined) return [];
  if (typeof value !== 'string') return problem(`"${key}" is not text`, 'Put it in quotes.');
  if (most === undefined || (value.trim() !== '' && lengthOf(value) <= most)) return [];
  return problem(`"${key}" does not have 1 to ${most} characters`, 'Shorten it, or delete the key.');
}

function metadataProblems(metadata: Json | undefined): SpecProblem[] {
  if (metadata === undefined) return [];
  if (!isObject(metadata)) {
    const fix = 'Write "key: text" lines below it.';
    return [{ rule: 'agent-skill/value', path: ['metadata'], message: '"metadata" is not a mapping', fix }];
  }
  return Object.keys(metadata)
    .filter((key) => typeof metadata[key] !== 'string')
    .map((key): SpecProblem => {
      const message = `"metadata.${key}" is not text`;
      return { rule: 'agent-skill/value', path: ['metadata', key], message, fix: 'Put it in quotes.' };
    });
}

function toolProblems(tools: Json | undefined): SpecProblem[] {
  if (tools === undefined || typeof tools === 'string') return [];
  if (Array.isArray(tools) && tools.every((tool) => typeof tool === 'string')) return [];
  const message = '"allowed-tools" is neither text nor a list of texts';
  const fix = 'Write the tools in one line, with spaces between.';
  return [{ rule: 'agent-skill/value', path: ['allowed-tools'], message, fix }];
}

function lengthOf(text: string): number {
  return [...text].length;
}
