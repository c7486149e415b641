import type { Limits } from '../config/limits.ts';

/** What a run has used, as far as limits are concerned. */
export type Used = {
  readonly turns: number;
  readonly ops: number;
  readonly input: number;
  readonly output: number;
  readonly usd: number;
  readonly ms: number;
  readonly bytes: number;
};

export type LimitName = 'max_phase_visits' | 'max_turns' | 'max_ops' | 'tokens' | 'usd' | 'seconds' | 'output_bytes';

/** A limit that stands in the way: how much was used, and the cap. */
export type Crossing = { readonly limit: LimitName; readonly used: number; readonly cap: number };

/** `max_turns was reached: 4 of 4 used` */
export function showCrossing({ limit, used, cap }: { limit: string; used: number; cap: number }): string {
  return `${limit} was reached: ${showAmount(used)} of ${showAmount(cap)} used`;
}

function showAmount(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toFixed(2);
}

/** How often a person raised a limit, each time by its own amount. */
export type Raised = Readonly<Record<string, number>>;

/** The cap in force; `Infinity` when there is none. */
export function capOf(limits: Limits, raised: Raised, limit: LimitName): number {
  const cap = limits[limit];
  return cap === undefined ? Number.POSITIVE_INFINITY : cap * (1 + (raised[limit] ?? 0));
}

/** Something about to be done: a turn, an op or step, or leaving a phase that asks no model. */
export type Act = {
  readonly kind: 'turn' | 'op' | 'leave';
  /** Visits of the present phase. */
  readonly visits: number;
  /** Ops that are to begin at the same time before this one. */
  readonly opsBefore: number;
};

/** The first limit that forbids one more act of this kind, or `undefined`. */
export function crossing(limits: Limits, raised: Raised, used: Used, act: Act): Crossing | undefined {
  const over = (limit: LimitName, amount: number, next: number): Crossing | undefined => {
    const cap = capOf(limits, raised, limit);
    return amount + next > cap ? { limit, used: amount, cap } : undefined;
  };
  return (
    over('max_phase_visits', act.visits, 0) ??
    (act.kind === 'turn' ? over('max_turns', used.turns, 1) : undefined) ??
    (act.kind === 'op' ? over('max_ops', used.ops, 1 + act.opsBefore) : undefined) ??
    over('seconds', used.ms / 1000, 0) ??
    over('output_bytes', used.bytes, 0)
  );
}

/** What is left of each limit: the limits of a sub-run. Never below zero. */
export function remaining(limits: Limits, raised: Raised, used: Used): Limits {
  const left = (limit: LimitName, amount: number) => Math.max(0, capOf(limits, raised, limit) - amount);
  return {
    ...limits,
    max_turns: left('max_turns', used.turns),
    max_ops: left('max_ops', used.ops),
    output_bytes: left('output_bytes', used.bytes),
    ...(limits.tokens === undefined ? {} : { tokens: left('tokens', used.input + used.output) }),
    ...(limits.usd === undefined ? {} : { usd: left('usd', used.usd) }),
    ...(limits.seconds === undefined ? {} : { seconds: left('seconds', used.ms / 1000) }),
  };
}

/** The tighter of two sets of limits, limit by limit. */
export function tighter(limits: Limits, other: Partial<Limits>): Limits {
  const result: Record<string, unknown> = { ...limits };
  for (const [name, cap] of Object.entries(other)) {
    const own = result[name];
    if (typeof cap === 'number') result[name] = typeof own === 'number' ? Math.min(own, cap) : cap;
    else if (cap !== undefined) result[name] = cap;
  }
  return result as Limits;
}
