import Type from 'typebox';
import type { VerifyRequest } from '../../os/ops/improvement.ts';
import { defineOp } from '../../os/ops/op.ts';

export const verifySkill = defineOp({
  kind: 'verify_skill',
  effect: 'session',
  summary:
    'Has a changed skill verified against the present one on sealed cases, which nobody else sees. Gives back the verdict, why, counts, and the id of its receipt.',
  input: Type.Object(
    {
      search: Type.Optional(
        Type.String({
          minLength: 1,
          description: 'Id of a search whose best candidate is verified; then nothing else.',
        }),
      ),
      skill: Type.Optional(Type.String({ minLength: 1, description: 'Name of the skill.' })),
      dir: Type.Optional(Type.String({ minLength: 1, description: 'Folder with the text that is to replace it.' })),
    },
    { additionalProperties: false },
  ),
  paths: ['dir'],
  needKinds: ['eval', 'file.read'],
  needs: ({ dir }) => [
    { kind: 'eval' },
    ...(dir === undefined ? [] : [{ kind: 'file.read', path: dir, tree: true } as const]),
  ],
  perform: (args, { evals }) => evals.verify(args as VerifyRequest),
});
