import Type from 'typebox';
import type { Json } from '../json.ts';
import { defineOp } from './op.ts';

export const runSkill = defineOp({
  kind: 'run_skill',
  effect: 'child',
  summary: 'Runs another skill to its end and gives back its result. It works under its own permissions.',
  input: Type.Object(
    {
      skill: Type.String({ minLength: 1, description: 'Name of the skill.' }),
      input: Type.Union([Type.String(), Type.Object({}, { additionalProperties: true })], {
        description: 'A message as text, or an artifact the skill takes.',
      }),
    },
    { additionalProperties: false },
  ),
  needKinds: ['skill.run'],
  needs: ({ skill }) => [{ kind: 'skill.run', skill }],
  child: ({ skill, input }) => ({ skill, input: input as Json }),
});
