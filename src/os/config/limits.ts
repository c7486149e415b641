import Type, { type Static } from 'typebox';

/** Limits a run is held to; what is absent is unlimited. `seconds` counts running time, not waiting. */
export const LimitsSchema = Type.Object(
  {
    max_phase_visits: Type.Integer({ minimum: 1, description: 'Entries into any one phase.' }),
    max_turns: Type.Integer({ minimum: 0, description: 'Turns of models, rejected ones too.' }),
    max_ops: Type.Integer({ minimum: 0, description: 'Ops, those of steps too.' }),
    tokens: Type.Optional(Type.Integer({ minimum: 0, description: 'Tokens in and out.' })),
    usd: Type.Optional(Type.Number({ minimum: 0, description: 'Cost in USD.' })),
    seconds: Type.Optional(Type.Number({ minimum: 0, description: 'Running time; waiting does not count.' })),
    output_bytes: Type.Integer({ minimum: 0, description: 'Characters that models and ops add to the log.' }),
    max_repairs: Type.Integer({ minimum: 0, description: 'Rejected attempts a turn may have before its phase fails.' }),
    on_limit: Type.Enum(['stop', 'ask'], { description: 'At a limit the run stops, or a person is asked.' }),
  },
  { additionalProperties: false },
);

export type Limits = Static<typeof LimitsSchema>;

export const DEFAULT_LIMITS: Limits = {
  max_phase_visits: 25,
  max_turns: 200,
  max_ops: 500,
  tokens: 2_000_000,
  seconds: 3600,
  output_bytes: 50_000_000,
  max_repairs: 2,
  on_limit: 'stop',
};
