import { posix } from 'node:path';
import { oneOf } from '../../suggest.ts';
import { type Part, refuse } from '../part.ts';
import { neededText } from './frame.ts';

/** The file of the skill's code that a step names: `rank` and `rank.js` are both `steps/rank.js`. */
export function codeFile(part: Part, step: Part, ending: '.js' | '.py', code: readonly string[]): string | undefined {
  const text = neededText(part, step, 'module', 'module');
  if (text === undefined) return undefined;
  const file = text.endsWith(ending) ? text : `${text}${ending}`;
  if (code.includes(file)) return file;
  const place = posix.join('steps', file);
  const known = code.filter((each) => each.endsWith(ending) && !each.startsWith('../'));
  const fix = known.length === 0 ? `Write ${place}.` : `Write ${place}, or name ${oneOf(file, known)}.`;
  return refuse(part, 'format/unknown-module', `there is no ${place} in this skill`, fix);
}
