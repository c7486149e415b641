import type { RunEvent, RunEventData } from '../events/event.ts';

/** What one run used itself, on one day with one model; what its sub-runs used is theirs. */
export type SpendEntry = Amount & {
  /** UTC, `2026-01-31`. */
  readonly day: string;
  /** Provider and model; absent for ops, which ask none. */
  readonly model?: string;
};

export type Amount = {
  readonly turns: number;
  readonly ops: number;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
  /** Of the input tokens, those the provider had cached, where it says so. */
  readonly cached: number;
  readonly usd: number;
  /** Tokens in and out for which no price is known; they are in no sum of USD. */
  readonly unpriced: number;
};

export const NOTHING: Amount = { turns: 0, ops: 0, input: 0, output: 0, cached: 0, usd: 0, unpriced: 0 };

export const SPEND_GROUPS = ['skill', 'model', 'day'] as const;
export type SpendGroup = (typeof SPEND_GROUPS)[number];

export type SpendRow = Amount & { readonly name: string; readonly runs: number };

export type Spending = {
  readonly by: SpendGroup;
  /** The first day that counts, UTC. */
  readonly since?: string;
  /** The most expensive first; days in their order. */
  readonly rows: readonly SpendRow[];
  readonly total: Amount & { readonly runs: number };
};

type Usage = { readonly input: number; readonly output: number; readonly cached?: number; readonly usd?: number };

/** Several models served a run whose log does not say which one served which turn. */
const SEVERAL = 'several models';

/** What a run used, by day and model. */
export function spendOf(events: readonly RunEvent[]): readonly SpendEntry[] {
  const entries = new Map<string, SpendEntry>();
  const [first] = events;
  const usual = first?.type === 'run_skill_started' ? usualModel(first.data.models) : SEVERAL;
  const add = (ts: string, model: string | undefined, amount: Partial<Amount>) => {
    const day = ts.slice(0, 10);
    const key = `${day} ${model ?? ''}`;
    const known = entries.get(key) ?? { day, ...(model === undefined ? {} : { model }), ...NOTHING };
    entries.set(key, { ...known, ...plus(known, { ...NOTHING, ...amount }) });
  };
  for (const event of events.slice(1 + copiedInto(first))) {
    switch (event.type) {
      case 'turn_acted':
      case 'turn_decided':
      case 'validation_error':
        add(event.ts, event.data.usage?.model ?? usual, { turns: 1, ...amountOf(event.data.usage) });
        break;
      case 'turn_lost':
        add(event.ts, event.data.usage.model ?? usual, amountOf(event.data.usage));
        break;
      case 'op_started':
        add(event.ts, undefined, { ops: 1 });
        break;
      case 'op_finished': {
        const { spent } = event.data;
        if (spent?.model !== undefined) add(event.ts, spent.model, amountOf(spent));
        break;
      }
    }
  }
  return [...entries.values()];
}

/** How many events a forked run has from another, which used what they say. */
function copiedInto(first: RunEvent | undefined): number {
  if (first?.type !== 'run_skill_started' || first.data.forked_from === undefined) return 0;
  const { copied, seq } = first.data.forked_from;
  return copied ?? seq - 1;
}

/** The model of a run that has but one. */
function usualModel(models: RunEventData['run_skill_started']['models']): string {
  const names = new Set(
    Object.values(models).map(({ provider, model, name }) => (model === undefined ? name : `${provider}/${model}`)),
  );
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? only : SEVERAL;
}

function amountOf(usage: Usage | undefined): Partial<Amount> {
  if (usage === undefined) return {};
  const { input, output, cached = 0, usd } = usage;
  return { input, output, cached, usd: usd ?? 0, unpriced: usd === undefined ? input + output : 0 };
}

function plus(a: Amount, b: Amount): Amount {
  return {
    turns: a.turns + b.turns,
    ops: a.ops + b.ops,
    input: a.input + b.input,
    output: a.output + b.output,
    cached: a.cached + b.cached,
    usd: a.usd + b.usd,
    unpriced: a.unpriced + b.unpriced,
  };
}

type Spender = { readonly run: string; readonly skill: string; readonly own: readonly SpendEntry[] };

/**
 * Sums what runs used; every use counts once, with the run, sub-run or not, that made it.
 * @param since ISO 8601: that day, in UTC, is the first that counts.
 */
export function sumSpending(runs: readonly Spender[], by: SpendGroup, since: string | undefined): Spending {
  const day = since?.slice(0, 10);
  const uses = runs.flatMap(({ run, skill, own }) =>
    own.filter((entry) => day === undefined || entry.day >= day).map((entry) => ({ run, skill, entry })),
  );
  const named = uses.flatMap((use) => {
    const name = by === 'skill' ? use.skill : by === 'day' ? use.entry.day : use.entry.model;
    return name === undefined ? [] : [{ ...use, name }];
  });
  const rows = [...Map.groupBy(named, ({ name }) => name)].map(([name, group]) => ({ name, ...sum(group) }));
  const cost = (a: SpendRow, b: SpendRow) => b.usd - a.usd || b.input + b.output - a.input - a.output;
  rows.sort((a, b) => (by === 'day' ? 0 : cost(a, b)) || (a.name < b.name ? -1 : 1));
  return { by, ...(day === undefined ? {} : { since: day }), rows, total: sum(uses) };
}

function sum(uses: readonly { readonly run: string; readonly entry: SpendEntry }[]): Amount & { runs: number } {
  const amount = uses.reduce((total: Amount, { entry }) => plus(total, entry), NOTHING);
  return { ...amount, runs: new Set(uses.map(({ run }) => run)).size };
}
