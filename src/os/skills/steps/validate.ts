import { member, refuse } from '../part.ts';
import { readValueSchema } from '../shorthand.ts';
import { artifactPath, type StepType } from './frame.ts';

/** Checks the artifact, or a part of it, against a schema. */
export const validateStep: StepType = {
  type: 'validate',
  keys: ['path', 'schema'],
  read(part, frame) {
    const path = member(part, 'path').value === undefined ? [] : artifactPath(member(part, 'path'));
    const schema = readValueSchema(member(part, 'schema'));
    if (member(part, 'schema').value === undefined) {
      refuse(part, 'format/missing-key', 'the step has no schema to check against', 'Add "schema".');
    }
    return path && schema && { type: 'validate', path, schema, ...frame };
  },
};
