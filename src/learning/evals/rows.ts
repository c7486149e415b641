import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';
import type { EvalRow, Used } from './row.ts';

/** The event a row is kept as. */
export function rowEvent(row: EvalRow): ProjectEventBody {
  const { usage } = row;
  return {
    type: 'case_scored',
    data: { ...row, checks: row.checks, usage: { ...usage, ms: Math.round(usage.ms) } },
  };
}

/** Rows among events of a session's log, in order. */
export function rowsIn(events: readonly ProjectEvent[]): readonly EvalRow[] {
  return events.flatMap((event) => (event.type === 'case_scored' ? [event.data as EvalRow] : []));
}

export const NOTHING_USED: Used = { input: 0, output: 0, usd: 0, ms: 0, turns: 0 };

/** What rows used, those that were taken over left out. */
export function usedBy(rows: readonly EvalRow[]): Used {
  return rows.filter(({ from }) => from === undefined).reduce((sum, { usage }) => addUsed(sum, usage), NOTHING_USED);
}

export function addUsed(a: Used, b: Used): Used {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    usd: a.usd + b.usd,
    ms: a.ms + b.ms,
    turns: a.turns + b.turns,
  };
}
