import Type from 'typebox';
import { RuleSchema } from './schema-governance.ts';

/** The part of a configuration file about evaluating and improving skills. */

const closed = { additionalProperties: false } as const;
const { Optional } = Type;

/** Ways to search for a better text of a skill. */
export const ENGINES = ['race', 'gepa', 'best_of_n'] as const;

const whole = (description: string, maximum: number) => Optional(Type.Integer({ minimum: 1, maximum, description }));

export const SelfImprovementSchema = Type.Object(
  {
    on_propose: Optional(
      Type.Enum(['ask_user', 'auto', 'disabled'], {
        description:
          'What becomes of a proved change: a person is asked (if absent), it is applied, or nothing is ever applied.',
      }),
    ),
    max_versions: whole('How many versions of a skill are kept; 10 if absent.', 1000),
    engine: Optional(Type.Enum([...ENGINES], { description: 'How a better text is searched for; race if absent.' })),
    budget: Optional(
      Type.Object(
        {
          calls: whole('Runs of cases; 1200 if absent.', 10_000_000),
          tokens: whole('Tokens in and out; unlimited if absent.', 1_000_000_000_000),
          usd: Optional(Type.Number({ exclusiveMinimum: 0, description: 'USD; unlimited if absent.' })),
          seconds: Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Seconds by the clock; unlimited if absent.' }),
          ),
        },
        { ...closed, description: 'What one search and its verification may use together.' },
      ),
    ),
  },
  { ...closed, description: 'How skills are improved.' },
);

export const EvalConfigSchema = Type.Object(
  {
    concurrency: whole('Cases at once; 8 if absent.', 10_000),
    timeout: Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: 'Seconds one case may run; 300 if absent.' }),
    ),
    allow: Optional(
      Type.Array(RuleSchema, {
        description: 'What evaluated skills may do outside of their copy of the project; nothing if absent.',
      }),
    ),
  },
  { ...closed, description: 'How skills are evaluated.' },
);
