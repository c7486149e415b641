import { flagOf, member } from '../part.ts';
import { neededText, type StepType } from './frame.ts';
import { checkTemplates } from './templates.ts';

/** Lint findings of a skill folder: the op of that name. */
export const lintSkillStep: StepType = {
  type: 'lint_skill',
  keys: ['path', 'shared'],
  read(part, frame) {
    const path = neededText(member(part, 'path'), part, 'path', 'folder to lint');
    const shared = flagOf(member(part, 'shared'));
    checkTemplates(member(part, 'path'));
    if (path === undefined) return undefined;
    return { type: 'op', op: 'lint_skill', args: { path, ...(shared === undefined ? {} : { shared }) }, ...frame };
  },
};
