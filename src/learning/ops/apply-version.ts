import Type from 'typebox';
import { defineOp } from '../../os/ops/op.ts';

const hash = Type.String({ minLength: 64, maxLength: 64, pattern: '^[0-9a-f]{64}$' });

export const applyVersion = defineOp({
  kind: 'apply_version',
  effect: 'writes',
  summary: 'Puts a verified candidate in place of a skill, whole or not at all, and keeps what was there as a version.',
  input: Type.Object(
    {
      skill: Type.String({ minLength: 1, description: 'Name of the skill.' }),
      from: Type.Unsafe<string>({ ...hash, description: 'Fingerprint that is replaced; the folder must have it.' }),
      to: Type.Unsafe<string>({ ...hash, description: 'Fingerprint of the candidate.' }),
      receipt: Type.String({ minLength: 1, description: 'Id of the receipt of its verdict.' }),
      reason: Type.String({ minLength: 1, maxLength: 500, description: 'What is better, in a sentence.' }),
    },
    { additionalProperties: false },
  ),
  needKinds: ['skill.write'],
  needs: ({ skill, from, to, receipt }) => [
    { kind: 'skill.write', skill, act: 'apply', change: { from, to, receipt } },
  ],
  plan: (args, { versions }) => versions.planApply(args),
  remains: (images, { versions }) => versions.remains(images),
});
