import type { RunFacts } from '../ops/run-facts.ts';
import type { OpDetail, RunDetail } from './summary.ts';

/** Characters of a text that may hold anything. */
const MAX_TEXT = 300;
/** Visits and ops of one kind that are told, the first ones. */
const MAX_ITEMS = 50;

/** A run as skills may know it: what it did and what became of it, without its input and its artifacts. */
export function factsOf(detail: Omit<RunDetail, 'input'>): RunFacts {
  const { run, skill, status, started, ended, parent, version, spent, reason, visits } = detail;
  const ops = visits.flatMap((visit) => visit.ops);
  const fact = ({ kind, about }: OpDetail) => ({ op: kind, about: short(about) });
  return {
    run,
    skill,
    status,
    started,
    ...(ended === undefined ? {} : { ended }),
    ...(parent === undefined ? {} : { parent }),
    version,
    turns: spent.turns,
    ops: spent.ops,
    tokens: spent.inputTokens + spent.outputTokens,
    usd: spent.usd,
    ms: spent.ms,
    ...(reason === undefined ? {} : { reason: { code: reason.code, message: short(reason.message) } }),
    phases: visits.slice(0, MAX_ITEMS).map(({ phase, turns, rejected, ms }) => ({ phase, turns, rejected, ms })),
    denied: ops
      .filter(({ verdict }) => verdict === 'denied')
      .slice(0, MAX_ITEMS)
      .map(fact),
    failed: ops
      .filter(({ verdict, ok }) => verdict === 'allowed' && ok === false)
      .slice(0, MAX_ITEMS)
      .map(fact),
  };
}

function short(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}
