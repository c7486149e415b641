import Type from 'typebox';
import { defineOp } from '../../os/ops/op.ts';

export const saveVersion = defineOp({
  kind: 'save_version',
  effect: 'writes',
  summary: 'Keeps the folder of a skill, as it is now, as a version. The skill stays as it is.',
  input: Type.Object(
    {
      skill: Type.String({ minLength: 1, description: 'Name of the skill.' }),
      reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why, in a sentence.' }),
    },
    { additionalProperties: false },
  ),
  needKinds: ['skill.write'],
  needs: ({ skill }) => [{ kind: 'skill.write', skill, act: 'save' }],
  plan: (args, { versions }) => versions.planSave(args),
  remains: (images, { versions }) => versions.remains(images),
});
