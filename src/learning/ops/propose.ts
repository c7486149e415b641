import Type from 'typebox';
import type { Json } from '../../os/json.ts';
import { defineOp } from '../../os/ops/op.ts';

/** What may be proposed. */
const KINDS = ['eval_edit', 'skill_edit'];

export const propose = defineOp({
  kind: 'propose',
  effect: 'writes',
  summary:
    'Puts something before people that only they may do, e.g. a change of what a skill is judged by. It changes nothing.',
  input: Type.Object(
    {
      kind: Type.Enum(KINDS, { description: 'What it is about.' }),
      subject: Type.String({ minLength: 1, maxLength: 200, description: 'Name of the skill.' }),
      title: Type.String({ minLength: 1, maxLength: 200 }),
      body: Type.Object({}, { additionalProperties: true, description: 'What is proposed, and on what evidence.' }),
    },
    { additionalProperties: false },
  ),
  needKinds: [],
  needs: () => [],
  plan: (args, { proposals }) => proposals.plan({ ...args, body: args.body as Json }),
  remains: (images, { proposals }) => proposals.remains(images),
});
