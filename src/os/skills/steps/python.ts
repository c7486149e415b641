import { flagOf, member, refuse } from '../part.ts';
import { pythonModuleOf } from '../python-module.ts';
import { codeFile } from './code-file.ts';
import { neededText, outputSchemaOf, type StepType } from './frame.ts';

/** What an import statement could name, so that modules find each other; also a folder or file with a hyphen. */
const MODULE = /^[\w-]+(?:\/[\w-]+)*$/;

/** A pure function of the artifact, in Python, in `steps/`. */
export const pythonStep: StepType = {
  type: 'python',
  keys: ['module', 'function', 'output_schema', 'envelope'],
  read(part, frame, { code }) {
    const at = member(part, 'module');
    const module = codeFile(at, part, '.py', code);
    const name = neededText(member(part, 'function'), part, 'function', 'function');
    const outputSchema = outputSchemaOf(part);
    const envelope = flagOf(member(part, 'envelope')) ?? false;
    if (module === undefined || name === undefined || outputSchema === undefined) return undefined;
    if (!MODULE.test(pythonModuleOf(module))) {
      const fix = 'Rename the file: letters, digits, "_" and "-".';
      return refuse(at, 'format/name', `Python cannot import "${pythonModuleOf(module)}"`, fix);
    }
    return { type: 'python', module, function: name, outputSchema, envelope, ...frame };
  },
};
