import Type from 'typebox';
import { OpError } from '../op-error.ts';
import { canonicalPath } from '../workspace/location.ts';
import { findFiles } from './find-files.ts';
import { type LineMatch, openSearch } from './line-search.ts';
import { defineOp, type Handles } from './op.ts';
import { FOLDER } from './schema.ts';

const DEFAULT_MATCHES = 100;
const MAX_MATCHES = 1000;
/** Characters of all lines together. */
const MAX_TEXT = 60_000;
/** What may be wrong with a file without the search being wrong. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'not_text',
  'too_large',
  'refused',
  'not_found',
  'not_a_file',
  'no_access',
]);

export const grepFiles = defineOp({
  kind: 'grep_files',
  effect: 'reads',
  summary:
    'Finds lines of text files that match a regular expression (RE2: no look-around, no back-references). Gives "path:line:text".',
  input: Type.Object(
    {
      pattern: Type.String({ minLength: 1, description: 'Regular expression; "(?i)" at its start ignores case.' }),
      path: Type.Optional(FOLDER),
      glob: Type.Optional(Type.String({ minLength: 1, description: 'Only files that match, e.g. "**/*.md".' })),
      max: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_MATCHES, description: 'Most lines to give. Default: 100.' }),
      ),
    },
    { additionalProperties: false },
  ),
  paths: ['path'],
  needKinds: ['file.read'],
  needs: ({ path = '.' }) => [{ kind: 'file.read', path: canonicalPath(path), tree: true }],
  async run({ pattern, path = '.', glob = '**', max = DEFAULT_MATCHES }, handles) {
    const search = await openSearch(pattern, handles.signal);
    const matches: string[] = [];
    const notes: string[] = [];
    let full = false;
    let size = 0;
    const files = findFiles({ folder: path, pattern: glob, skipped: (why) => notes.push(why) }, handles.workspace);
    for await (const file of files) {
      const text = await textOf(file, handles);
      for await (const match of search.linesOf(text ?? '')) {
        full = matches.length === max || size > MAX_TEXT;
        if (full) break;
        matches.push(show(file, match));
        size += match.text.length;
      }
      if (full || search.expired()) break;
    }
    if (full) notes.push(`there are more than ${matches.length} matching lines`);
    if (search.expired()) notes.push('the search took too long and was stopped; name a folder or a glob');
    return { matches, ...(notes.length === 0 ? {} : { incomplete: notes }) };
  },
});

async function textOf(file: string, { workspace }: Handles): Promise<string | undefined> {
  try {
    return (await workspace.readText(file)).text;
  } catch (error) {
    if (error instanceof OpError && PASSED_OVER.has(error.code)) return undefined;
    throw error;
  }
}

function show(file: string, { line, text }: LineMatch): string {
  return `${file}:${line}:${text}`;
}
