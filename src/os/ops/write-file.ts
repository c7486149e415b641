import Type from 'typebox';
import { canonicalPath } from '../workspace/location.ts';
import { fileRemains } from './file-remains.ts';
import { defineOp } from './op.ts';
import { planText } from './plan-text.ts';
import { PATH } from './schema.ts';

export const writeFile = defineOp({
  kind: 'write_file',
  effect: 'writes',
  summary: 'Writes a text file, whole, replacing what is there. Missing folders are made.',
  input: Type.Object(
    { path: PATH, content: Type.String({ description: 'The whole text of the file.' }) },
    { additionalProperties: false },
  ),
  paths: ['path'],
  needKinds: ['file.write'],
  needs: ({ path }) => [{ kind: 'file.write', path: canonicalPath(path) }],
  remains: fileRemains,
  async plan({ path, content }, { workspace }) {
    const pre = await workspace.digestOf(path);
    return planText({ path, pre, text: content }, workspace);
  },
});
