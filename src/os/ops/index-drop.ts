import Type from 'typebox';
import { indexImages, indexRemains } from './index-images.ts';
import { defineOp } from './op.ts';
import { KEY, SOURCE } from './schema.ts';

const MAX_KEYS = 1_000;

export const indexDrop = defineOp({
  kind: 'index_drop',
  effect: 'writes',
  summary:
    'Takes documents out of an indexed source: those of keys, or without keys everything in it. recall finds them no more. What is not there is fine.',
  input: Type.Object(
    {
      source: SOURCE,
      keys: Type.Optional(
        Type.Array(KEY, { minItems: 1, maxItems: MAX_KEYS, description: 'Only these. Absent: the whole source.' }),
      ),
    },
    { additionalProperties: false },
  ),
  needKinds: ['index'],
  needs: ({ source }) => [{ kind: 'index', source }],
  remains: indexRemains,
  async plan({ source, keys }, { index }) {
    const there = index.standing(source, keys);
    const gone = keys === undefined ? undefined : [...there.keys()];
    return {
      ...indexImages(source, keys, there, new Map()),
      result: { source, dropped: there.size },
      commit: async () => (there.size === 0 ? undefined : index.drop(source, gone)),
    };
  },
});
