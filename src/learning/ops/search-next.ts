import Type from 'typebox';
import type { SearchRequest } from '../../os/ops/improvement.ts';
import { defineOp } from '../../os/ops/op.ts';

const cap = Type.Optional(Type.Number({ exclusiveMinimum: 0 }));

export const searchNext = defineOp({
  kind: 'search_next',
  effect: 'writes',
  summary:
    'Opens a search for a better text of a skill, or offers a candidate to one. Says where the search stands and what it wants next: an evaluation, a proposal, or nothing more.',
  input: Type.Object(
    {
      open: Type.Optional(
        Type.Object(
          {
            skill: Type.String({ minLength: 1, description: 'Name of the skill.' }),
            engine: Type.Optional(Type.String({ minLength: 1, description: 'As configured if absent.' })),
            budget: Type.Optional(
              Type.Object(
                { calls: cap, tokens: cap, usd: cap, seconds: cap },
                { additionalProperties: false, description: 'What it and its verification may use; as configured.' },
              ),
            ),
            iterations: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 10_000, description: 'Proposals it may ask for.' }),
            ),
            seed: Type.Optional(Type.Integer({ minimum: 0, description: 'Of all chance in it; 0 if absent.' })),
          },
          { additionalProperties: false },
        ),
      ),
      search: Type.Optional(Type.String({ minLength: 1, description: 'Id of the search, with `offer`.' })),
      offer: Type.Optional(
        Type.Object(
          {
            parent: Type.String({ minLength: 1, description: 'Id of the candidate it was made of.' }),
            dir: Type.String({ minLength: 1, description: 'Folder with all its files.' }),
            hypothesis: Type.Optional(Type.String()),
            edits: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
          },
          { additionalProperties: false },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  needKinds: ['eval', 'file.read'],
  needs: ({ offer }) => [
    { kind: 'eval' },
    ...(offer === undefined ? [] : [{ kind: 'file.read', path: offer.dir, tree: true } as const]),
  ],
  plan: (args, { searches }) => searches.plan(args as SearchRequest),
  remains: (images, { searches }) => searches.remains(images),
});
