import type { JsonObject } from '../../json.ts';
import { member, membersOf } from '../part.ts';
import { neededText, type StepType } from './frame.ts';
import { checkTemplates } from './templates.ts';

/** One Control IR op; strings of its arguments may hold `${path}` templates. */
export const opStep: StepType = {
  type: 'op',
  keys: ['op', 'args'],
  read(part, frame) {
    const op = neededText(member(part, 'op'), part, 'op', 'op');
    const args = member(part, 'args');
    if (op === undefined) return undefined;
    if (args.value !== undefined && membersOf(args, 'a mapping of arguments') === undefined) return undefined;
    checkTemplates(args);
    return { type: 'op', op, args: (args.value ?? {}) as JsonObject, ...frame };
  },
};
