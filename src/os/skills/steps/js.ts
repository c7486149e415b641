import { member, textOf } from '../part.ts';
import { codeFile } from './code-file.ts';
import { outputSchemaOf, type StepType } from './frame.ts';

/** A pure function of the artifact, in `steps/`. */
export const jsStep: StepType = {
  type: 'js',
  keys: ['module', 'function', 'output_schema'],
  read(part, frame, { code }) {
    const module = codeFile(member(part, 'module'), part, '.js', code);
    const name = textOf(member(part, 'function')) ?? 'default';
    const outputSchema = outputSchemaOf(part);
    if (module === undefined || outputSchema === undefined) return undefined;
    return { type: 'js', module, function: name, outputSchema, ...frame };
  },
};
