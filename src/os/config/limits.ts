import Type, { type Static } from 'typebox';

/** Limits a run is held to; what is absent is unlimited. `seconds` counts running time, not waiting. */
export const LimitsSchema = Type.Object(
  {
    /** Entries into any one phase. */
    max_phase_visits: Type.Integer({ minimum: 1 }),
    max_turns: Type.Integer({ minimum: 0 }),
    max_ops: Type.Integer({ minimum: 0 }),
    tokens: Type.Optional(Type.Integer({ minimum: 0 })),
    usd: Type.Optional(Type.Number({ minimum: 0 })),
    seconds: Type.Optional(Type.Number({ minimum: 0 })),
    /** Bytes that models and ops may add to the log. */
    output_bytes: Type.Integer({ minimum: 0 }),
    /** Rejected attempts a turn may have before its phase fails. */
    max_repairs: Type.Integer({ minimum: 0 }),
    /** What happens when a limit is reached: the run stops, or a person is asked. */
    on_limit: Type.Enum(['stop', 'ask']),
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
