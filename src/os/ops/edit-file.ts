import Type, { type Static } from 'typebox';
import { OpError } from '../op-error.ts';
import { canonicalPath } from '../workspace/location.ts';
import { fileRemains } from './file-remains.ts';
import { defineOp } from './op.ts';
import { planText } from './plan-text.ts';
import { PATH } from './schema.ts';

const Edit = Type.Object(
  {
    find: Type.String({
      minLength: 1,
      description: 'Text as it stands in the file, with its line breaks and indentation.',
    }),
    replace: Type.String({ description: 'What stands there afterwards.' }),
    all: Type.Optional(Type.Boolean({ description: 'Replace every occurrence. Default: there must be exactly one.' })),
  },
  { additionalProperties: false },
);

type Edit = Static<typeof Edit>;

export const editFile = defineOp({
  kind: 'edit_file',
  effect: 'writes',
  summary: 'Replaces pieces of a text file. Edits are made in order, each on what the ones before left; all or none.',
  input: Type.Object(
    { path: PATH, edits: Type.Array(Edit, { minItems: 1, maxItems: 100, description: 'What to replace, in order.' }) },
    { additionalProperties: false },
  ),
  paths: ['path'],
  needKinds: ['file.write'],
  needs: ({ path }) => [{ kind: 'file.write', path: canonicalPath(path) }],
  remains: fileRemains,
  async plan({ path, edits }, { workspace }) {
    const file = await workspace.readText(path);
    let text = file.text;
    let replaced = 0;
    for (const [at, edit] of edits.entries()) {
      const places = placesOf(text, edit.find);
      expectPlaces(places, text, edit, `Edit ${at + 1}`);
      text = text.split(edit.find).join(edit.replace);
      replaced += places.length;
    }
    return planText({ path, pre: file.sha256, text, result: { replaced } }, workspace);
  },
});

/** Where `find` stands in `text`, without overlaps. */
function placesOf(text: string, find: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(find); at !== -1; at = text.indexOf(find, at + find.length)) places.push(at);
  return places;
}

function expectPlaces(places: readonly number[], text: string, edit: Edit, which: string): void {
  if (places.length === 0)
    throw new OpError('no_match', `${which}: the text to find is not in the file. ${nearMiss(text, edit.find)}`);
  if (places.length === 1 || edit.all === true) return;
  const lines = places.slice(0, 10).map((place) => lineOf(text, place));
  const more = places.length > lines.length ? ' and more' : '';
  throw new OpError(
    'ambiguous',
    `${which}: the text to find stands in ${places.length} places (lines ${lines.join(', ')}${more}). Find a longer piece, or set "all".`,
  );
}

/** Why a text that looks as if it were there is not. */
function nearMiss(text: string, find: string): string {
  if (text.includes('\r\n') && text.replaceAll('\r\n', '\n').includes(find))
    return 'The lines of the file end in CRLF.';
  const wanted = find
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim();
  const at = wanted === undefined ? -1 : text.split('\n').findIndex((line) => line.trim() === wanted);
  return at === -1 ? 'Read the file again.' : `Line ${at + 1} is the same but for white space or what follows it.`;
}

function lineOf(text: string, place: number): number {
  return text.slice(0, place).split('\n').length;
}
