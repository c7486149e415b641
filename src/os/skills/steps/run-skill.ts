import { isObject, type Json } from '../../json.ts';
import { member, type Part, wrongKind } from '../part.ts';
import { neededText, type StepType } from './frame.ts';
import { checkTemplates } from './templates.ts';

/** A sub-skill to completion: the op of that name. Its input is the whole artifact, or the item, unless it is given. */
export const runSkillStep: StepType = {
  type: 'run_skill',
  keys: ['skill', 'input'],
  read(part, frame, { item }) {
    const skill = neededText(member(part, 'skill'), part, 'skill', 'skill');
    const input = inputOf(member(part, 'input'));
    checkTemplates(member(part, 'skill'));
    if (skill === undefined) return undefined;
    const whole = `\${${item ?? 'input'}}`;
    return { type: 'op', op: 'run_skill', args: { skill, input: input ?? whole }, ...frame };
  },
};

function inputOf(part: Part): Json | undefined {
  const { value } = part;
  checkTemplates(part);
  if (value === undefined || typeof value === 'string' || isObject(value)) return value;
  return wrongKind(part, 'text or a mapping', 'Write a message, a template or the fields of the input.');
}
