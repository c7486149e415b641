import { isObject, type JsonObject } from '../../json.ts';
import { splitPath } from '../guards.ts';
import { member, membersOf, type Part, refuse, textOf } from '../part.ts';
import type { StepType } from './frame.ts';

/** One Control IR op; strings of its arguments may hold `${path}` templates. */
export const opStep: StepType = {
  type: 'op',
  keys: ['op', 'args'],
  read(part, frame) {
    const op = textOf(member(part, 'op'));
    const args = member(part, 'args');
    if (op === undefined) {
      if (member(part, 'op').value === undefined)
        refuse(part, 'format/missing-key', 'the step names no op', 'Add "op".');
      return undefined;
    }
    if (args.value !== undefined && membersOf(args, 'a mapping of arguments') === undefined) return undefined;
    checkTemplates(args);
    return { type: 'op', op, args: (args.value ?? {}) as JsonObject, ...frame };
  },
};

function checkTemplates(part: Part): void {
  const { value } = part;
  if (typeof value === 'string') checkTemplate(part, value);
  else if (Array.isArray(value)) for (const index of value.keys()) checkTemplates(member(part, index));
  else if (isObject(value)) for (const key of Object.keys(value)) checkTemplates(member(part, key));
}

function checkTemplate(part: Part, text: string): void {
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', at + 2)) {
    const close = text.indexOf('}', at);
    const path = close === -1 ? undefined : splitPath(text.slice(at + 2, close));
    if (path !== undefined) continue;
    refuse(part, 'format/template', 'a template in this text holds no path', 'Write "$" and a path in braces.');
    return;
  }
}
