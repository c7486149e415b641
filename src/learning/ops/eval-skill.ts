import Type from 'typebox';
import type { EvaluateRequest } from '../../os/ops/improvement.ts';
import { defineOp } from '../../os/ops/op.ts';

const name = Type.String({ minLength: 1 });

export const evalSkill = defineOp({
  kind: 'eval_skill',
  effect: 'session',
  summary:
    'Evaluates a skill on its cases, each in a copy of the project of its own: scores, and of train cases what went wrong. With `search` it does what that search asks for until a proposal is wanted.',
  input: Type.Object(
    {
      search: Type.Optional(Type.String({ minLength: 1, description: 'Id of a search; then nothing else is given.' })),
      skill: Type.Optional(Type.String({ minLength: 1, description: 'Name of the skill.' })),
      dir: Type.Optional(
        Type.String({
          minLength: 1,
          description: 'Folder with another text of it, e.g. in "work:/"; itself if absent.',
        }),
      ),
      split: Type.Optional(Type.Enum(['train', 'dev'], { description: 'Cases of this split; of both if absent.' })),
      cases: Type.Optional(Type.Array(name, { description: 'Ids of cases; all of the split if absent.' })),
      repeats: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 100, description: 'Runs of each case; 1 if absent.' }),
      ),
    },
    { additionalProperties: false },
  ),
  paths: ['dir'],
  needKinds: ['eval', 'file.read'],
  needs: ({ dir }) => [
    { kind: 'eval' },
    ...(dir === undefined ? [] : [{ kind: 'file.read', path: dir, tree: true } as const]),
  ],
  perform: (args, { evals }) => evals.evaluate(args as EvaluateRequest),
});
