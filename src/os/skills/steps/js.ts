import { oneOf } from '../../suggest.ts';
import { member, type Part, refuse, textOf } from '../part.ts';
import { readValueSchema } from '../shorthand.ts';
import { neededText, type StepType } from './frame.ts';

/** A pure function of the artifact, in `steps/`. */
export const jsStep: StepType = {
  type: 'js',
  keys: ['module', 'function', 'output_schema'],
  read(part, frame, { code }) {
    const module = moduleOf(member(part, 'module'), part, code);
    const name = textOf(member(part, 'function')) ?? 'default';
    const outputSchema = readValueSchema(member(part, 'output_schema'));
    if (member(part, 'output_schema').value === undefined) {
      const fix = 'Add "output_schema": the schema of what the function returns.';
      refuse(part, 'format/missing-key', 'the step does not say what its function returns', fix);
    }
    if (module === undefined || outputSchema === undefined) return undefined;
    return { type: 'js', module, function: name, outputSchema, ...frame };
  },
};

/** `rank` and `rank.js` both name `steps/rank.js`. */
function moduleOf(part: Part, step: Part, code: readonly string[]): string | undefined {
  const text = neededText(part, step, 'module', 'module');
  if (text === undefined) return undefined;
  const file = text.endsWith('.js') ? text : `${text}.js`;
  if (code.includes(file)) return file;
  const fix = code.length === 0 ? `Write steps/${file}.` : `Write steps/${file}, or name ${oneOf(file, code)}.`;
  return refuse(part, 'format/unknown-module', `there is no steps/${file} in this skill`, fix);
}
