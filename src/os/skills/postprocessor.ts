import { checkKeys, member, membersOf, type Part, refuse, textOf } from './part.ts';
import { readInlineSchema } from './shorthand.ts';
import type { Postprocessor } from './skill.ts';
import { readSteps, type StepsContext } from './steps/read.ts';

const KEYS = ['output_schema', 'output_name', 'output_description', 'steps'];

/** Reads `postprocessor`; `undefined` when there is none, or after reporting what is wrong. */
export function readPostprocessor(part: Part, context: StepsContext): Postprocessor | undefined {
  if (membersOf(part) === undefined) return undefined;
  checkKeys(part, KEYS, 'postprocessor');
  const outputName = textOf(member(part, 'output_name'));
  const outputDescription = textOf(member(part, 'output_description'));
  const outputSchema = readInlineSchema(member(part, 'output_schema'));
  for (const key of ['output_name', 'output_schema']) {
    if (member(part, key).value !== undefined) continue;
    refuse(part, 'format/missing-key', `the postprocessor has no ${key}`, `Add "${key}".`);
  }
  const steps = readSteps(member(part, 'steps'), context);
  if (outputName === undefined || outputSchema === undefined) return undefined;
  return { outputName, ...(outputDescription === undefined ? {} : { outputDescription }), outputSchema, steps };
}
