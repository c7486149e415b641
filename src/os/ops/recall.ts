import Type from 'typebox';
import { MAX_HITS } from '../index/port.ts';
import { defineOp } from './op.ts';
import { SOURCE } from './schema.ts';

const Text = (description: string) => Type.String({ minLength: 1, maxLength: 500, description });

const Filter = Type.Object(
  {
    key_prefix: Type.Optional(Text('How the key begins, e.g. a folder; of events: the id of a run.')),
    tags: Type.Optional(Type.Array(Text('A tag.'), { maxItems: 20, description: 'Only documents with all of these.' })),
    since: Type.Optional(Text('Written not before: a date or time like 2026-01-31T12:00:00Z.')),
    until: Type.Optional(Text('Written not after.')),
    skill: Type.Optional(Text('Only what a run of this skill wrote.')),
    type: Type.Optional(Text('Only events of this type.')),
  },
  { additionalProperties: false, description: 'Leaves out what does not fit.' },
);

export const recallOp = defineOp({
  kind: 'recall',
  effect: 'reads',
  summary:
    'Searches indexed sources for words, best first: documents by passage, and "events", the log of all runs. Put "double quotes" around what must occur word for word.',
  input: Type.Object(
    {
      sources: Type.Array(SOURCE, {
        minItems: 1,
        maxItems: 20,
        description: 'Sources to search; "events" is the log.',
      }),
      query: Type.String({ minLength: 1, maxLength: 1_000, description: 'What to look for, in plain words.' }),
      filter: Type.Optional(Filter),
      k: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_HITS, description: 'Hits at most; 10 if absent.' })),
    },
    { additionalProperties: false },
  ),
  needKinds: ['recall'],
  needs: ({ sources }) => [...new Set(sources)].map((source) => ({ kind: 'recall', source })),
  run: async (request, { index, signal }) => JSON.parse(JSON.stringify(await index.recall(request, signal))),
});
