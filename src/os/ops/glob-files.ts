import Type from 'typebox';
import { canonicalPath } from '../workspace/location.ts';
import { findFiles } from './find-files.ts';
import { defineOp } from './op.ts';
import { FOLDER } from './schema.ts';

const MAX_FILES = 1000;

export const globFiles = defineOp({
  kind: 'glob_files',
  effect: 'reads',
  summary:
    'Lists files by a glob: "*" and "?" within a name, "**" any folders, "[a-c]", "{a,b}". Links and installed packages are left out.',
  input: Type.Object(
    {
      pattern: Type.String({ minLength: 1, description: 'Glob over paths below the folder, e.g. "src/**/*.ts".' }),
      path: Type.Optional(FOLDER),
    },
    { additionalProperties: false },
  ),
  paths: ['path'],
  needKinds: ['file.read'],
  needs: ({ path = '.' }) => [{ kind: 'file.read', path: canonicalPath(path), tree: true }],
  async run({ pattern, path = '.' }, { workspace }) {
    const files: string[] = [];
    const notes: string[] = [];
    const search = { folder: path, pattern, skipped: (why: string) => notes.push(why) };
    for await (const file of findFiles(search, workspace)) {
      if (files.length === MAX_FILES) {
        notes.push(`there are more than ${MAX_FILES} files; narrow the pattern`);
        break;
      }
      files.push(file);
    }
    return { files, ...(notes.length === 0 ? {} : { incomplete: notes }) };
  },
});
