import Type from 'typebox';
import { visible } from '../visible.ts';
import { defineOp } from './op.ts';

export const askUser = defineOp({
  kind: 'ask_user',
  effect: 'waits',
  summary:
    'Asks the person the run is for, and waits for the answer. Ask one thing at a time, and only what they alone know.',
  input: Type.Object(
    {
      question: Type.String({ minLength: 1, description: 'The question, as a full sentence.' }),
      choices: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), {
          minItems: 1,
          maxItems: 20,
          description: 'The only answers possible.',
        }),
      ),
      default: Type.Optional(
        Type.String({ minLength: 1, description: 'What is proposed; one of the choices, if given.' }),
      ),
    },
    { additionalProperties: false },
  ),
  needKinds: [],
  needs: () => [],
  /** What a person is shown holds no character that could draw something else on their screen. */
  question({ question, choices, default: proposed }) {
    const offered = choices === undefined ? undefined : [...new Set(choices.map(visible))];
    const proposal = proposed === undefined ? undefined : visible(proposed);
    const fits = proposal !== undefined && (offered === undefined || offered.includes(proposal));
    return {
      text: visible(question),
      ...(offered === undefined ? {} : { choices: offered }),
      ...(fits ? { default: proposal } : {}),
    };
  },
});
