import Type from 'typebox';

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
