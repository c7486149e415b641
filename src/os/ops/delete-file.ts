import Type from 'typebox';
import { OpError } from '../op-error.ts';
import { canonicalPath } from '../workspace/location.ts';
import { fileRemains } from './file-remains.ts';
import { defineOp } from './op.ts';
import { PATH } from './schema.ts';

export const deleteFile = defineOp({
  kind: 'delete_file',
  effect: 'writes',
  summary: 'Deletes one file. Folders stay.',
  input: Type.Object({ path: PATH }, { additionalProperties: false }),
  paths: ['path'],
  needKinds: ['file.write'],
  needs: ({ path }) => [{ kind: 'file.write', path: canonicalPath(path) }],
  remains: fileRemains,
  async plan({ path: given }, { workspace }) {
    const path = canonicalPath(given);
    const pre = await workspace.digestOf(path);
    if (pre === null) throw new OpError('not_found', `"${path}" does not exist.`);
    return { path, pre, post: null, commit: () => workspace.remove(path, pre) };
  },
});
