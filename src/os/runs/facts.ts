import { CorruptLog } from '../errors.ts';
import type { RunEvent } from '../events/event.ts';
import type { ListRuns, RunFacts } from '../ops/run-facts.ts';
import { describeRun, type OpDetail, type RunDetail, type RunSummary } from './summary.ts';

/** Characters of a text that may hold anything. */
const MAX_TEXT = 300;
/** Visits and ops of one kind that are told, the first ones. */
const MAX_ITEMS = 50;

/** Looks runs up among `summaries`, which are the newest first; `read` gives the events of one. */
export function runLister(
  summaries: () => readonly RunSummary[],
  read: (run: string) => readonly RunEvent[],
): ListRuns {
  return ({ skill, status, since = '', limit }, except) => {
    const wanted = summaries().filter(
      (one) =>
        one.run !== except &&
        one.started >= since &&
        (skill === undefined || one.skill === skill) &&
        (status === undefined || one.status === status),
    );
    const runs = wanted.slice(0, limit).map((one) => factsOf(detailOf(one, read)));
    return { runs, more: wanted.length - runs.length };
  };
}

type Detail = Omit<RunDetail, 'input'>;

/** A run that cannot be read is told of as damaged; that must not hide the others. */
function detailOf(summary: RunSummary, read: (run: string) => readonly RunEvent[]): Detail {
  if (summary.status === 'damaged') return damaged(summary, summary.fault ?? '');
  try {
    return { ...describeRun(read(summary.run)), status: summary.status };
  } catch (error) {
    if (error instanceof CorruptLog) return damaged(summary, error.message);
    throw error;
  }
}

function damaged(summary: RunSummary, message: string): Detail {
  return { ...summary, status: 'damaged', visits: [], reason: { code: 'damaged', message } };
}

/** A run as skills may know it: what it did and what became of it, without its input and its artifacts. */
function factsOf(detail: Detail): RunFacts {
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
