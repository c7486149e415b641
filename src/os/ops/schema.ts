import Type from 'typebox';
import { SOURCE_NAME } from '../indexed-source.ts';

/** A file's path, as every op takes it. */
export const PATH = Type.String({
  minLength: 1,
  description: 'Relative to the project, with "/". "work:/…" is the work folder of this run.',
});

/** A folder (or a single file) below which an op looks. */
export const FOLDER = Type.String({
  minLength: 1,
  description: 'Folder to look in, relative to the project; "work:/" is the work folder. Default: the whole project.',
});

/** Lines of a text, counted from 1, both ends included. */
export const LineRange = Type.Object(
  {
    from: Type.Integer({ minimum: 1, description: 'First line, from 1.' }),
    to: Type.Optional(Type.Integer({ minimum: 1, description: 'Last line. Default: the last of the file.' })),
  },
  { additionalProperties: false, description: 'Only these lines, both ends included.' },
);

/** Name of an indexed source. */
export const SOURCE = Type.String({ pattern: SOURCE_NAME, description: 'Name of the source, e.g. "docs".' });

/** What a document of a source is found by. */
export const KEY = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: '^[^\\x00-\\x1f\\x7f]+$',
  description: 'What the document is called in its source, e.g. the path it comes from.',
});
