import Type, { type Static } from 'typebox';
import type { SourceDocument } from '../index/port.ts';
import { canonicalJson, sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { indexImages, indexRemains } from './index-images.ts';
import { defineOp } from './op.ts';
import { KEY, SOURCE } from './schema.ts';

/** Documents of one op, and characters of all their texts. */
const MAX_DOCUMENTS = 100;
const MAX_CHARACTERS = 4_000_000;

const document = {
  key: KEY,
  text: Type.String({ description: 'The whole text.' }),
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Words in it count more.' })),
  tags: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
      maxItems: 20,
      description: 'What a search can ask for.',
    }),
  ),
};
const Document = Type.Object(document, { additionalProperties: false });

const Input = Type.Object(
  {
    source: SOURCE,
    ...document,
    key: Type.Optional(document.key),
    text: Type.Optional(document.text),
    documents: Type.Optional(
      Type.Array(Document, {
        minItems: 1,
        maxItems: MAX_DOCUMENTS,
        description: 'Several documents, instead of key and text.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const indexWrite = defineOp({
  kind: 'index_write',
  effect: 'writes',
  summary:
    'Puts text into an indexed source, where recall finds it: one document as key and text, or several as documents. What stood under a key is replaced; the same again changes nothing.',
  input: Input,
  needKinds: ['index'],
  needs: ({ source }) => [{ kind: 'index', source }],
  remains: indexRemains,
  async plan(args, { index }) {
    const { source } = args;
    const documents = documentsOf(args);
    const keys = documents.map(({ key }) => key);
    const pre = index.standing(source, keys);
    const post = new Map(
      documents.map((one) => [one.key, { sha256: sha256(one.text), title: one.title, tags: one.tags ?? [] }]),
    );
    const isSame = ({ key }: SourceDocument) => sameDocument(pre.get(key), post.get(key));
    const changed = documents.filter((one) => !isSame(one));
    const replaced = changed.filter(({ key }) => pre.has(key)).length;
    return {
      ...indexImages(source, keys, pre, post),
      result: {
        source,
        added: changed.length - replaced,
        replaced,
        unchanged: documents.length - changed.length,
      },
      commit: async () => (changed.length === 0 ? undefined : index.write(source, changed)),
    };
  },
});

/** @throws OpError `arguments` when it is not clear what to write, `not_text`, `too_large`. */
function documentsOf({ key, text, title, tags, documents }: Static<typeof Input>): readonly SourceDocument[] {
  const isOne = key !== undefined && text !== undefined;
  const isClear = documents === undefined ? isOne : [key, text, title, tags].every((member) => member === undefined);
  if (!isClear) throw new OpError('arguments', 'Give either key and text, or documents.');
  const given = documents ?? (isOne ? [{ key, text, ...(title && { title }), ...(tags && { tags }) }] : []);
  const twice = given.find((one, i) => given.findIndex((other) => other.key === one.key) < i);
  if (twice !== undefined) throw new OpError('arguments', `The key "${twice.key}" is given twice.`);
  const broken = given.find((one) => !isText(one.text) || !isText(one.key) || !isText(one.title ?? ''));
  if (broken !== undefined) {
    throw new OpError('not_text', `The document "${broken.key.toWellFormed()}" holds half a character or a NUL.`);
  }
  const characters = given.reduce((sum, one) => sum + one.text.length, 0);
  if (characters > MAX_CHARACTERS) {
    throw new OpError(
      'too_large',
      `The texts have more than ${MAX_CHARACTERS / 1_000_000} million characters; write fewer.`,
    );
  }
  return given;
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

type Compared = { readonly sha256: string; readonly title?: string | undefined; readonly tags: readonly string[] };

function sameDocument(a: Compared | undefined, b: Compared | undefined): boolean {
  const told = (one: Compared) => canonicalJson([one.sha256, one.title ?? null, [...one.tags]]);
  return a !== undefined && b !== undefined && told(a) === told(b);
}
