import { UserError } from '../errors.ts';
import { isDeeperThan, type Json, MAX_DEPTH, parseJson } from '../json.ts';
import type { Typed } from '../kernel/state.ts';
import { compileSchema, showErrors } from '../schema.ts';
import type { Skill } from '../skills/skill.ts';
import { USER_MESSAGE } from '../skills/skill.ts';
import { exampleOf } from './example.ts';

/** What a caller hands in: text as typed, or a value. */
export type RunInput = { readonly text: string } | { readonly value: Json };

/**
 * The entry artifact a run begins with. Text that is a JSON object or list becomes the one entry type it fits; any other
 * text becomes a `user_message` where the entry takes one.
 * @throws UserError `input` with the schema and an example when it fits no entry type, or several.
 */
export function entryArtifact(skill: Skill, input: RunInput): Typed {
  const types = skill.phases[skill.entry]?.input ?? [];
  const value = 'value' in input ? input.value : valueIn(input.text);
  if (value !== undefined && isDeeperThan(value, MAX_DEPTH)) {
    throw new UserError('input', `the input nests deeper than ${MAX_DEPTH} levels`, { where: { skill: skill.name } });
  }
  if (value !== undefined) {
    const fitting = types.filter((type) => errorsOf(skill, type, value).length === 0);
    const [only] = fitting;
    if (fitting.length > 1) {
      throw new UserError('input', `the input fits several entry types of ${skill.name}: ${fitting.join(', ')}`, {
        where: { skill: skill.name, phase: skill.entry },
        hint: 'Add the field that tells them apart.',
      });
    }
    if (only !== undefined) return { type: only, artifact: value };
  }
  if ('text' in input && types.includes(USER_MESSAGE.name)) {
    return { type: USER_MESSAGE.name, artifact: { text: input.text } };
  }
  throw misfit(skill, types, value);
}

function valueIn(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

function errorsOf(skill: Skill, type: string, value: Json) {
  const schema = skill.artifacts[type]?.schema;
  return schema === undefined ? [{ path: '', message: 'is of an unknown type' }] : compileSchema(schema)(value);
}

function misfit(skill: Skill, types: readonly string[], value: Json | undefined): UserError {
  const described = types.map((type) => {
    const schema = skill.artifacts[type]?.schema ?? {};
    const wrong = value === undefined ? 'expects JSON' : showErrors(errorsOf(skill, type, value));
    return `${type}: ${wrong}\nschema: ${JSON.stringify(schema)}\nexample: ${JSON.stringify(exampleOf(schema))}`;
  });
  return new UserError('input', `the input does not fit ${skill.name}, which begins with ${types.join(' or ')}`, {
    where: { skill: skill.name, phase: skill.entry },
    hint: described.join('\n'),
  });
}
