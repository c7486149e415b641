import type { Json, JsonObject } from '../../os/json.ts';
import type { EvalCase } from './case.ts';
import type { CaseOutcome } from './outcome.ts';
import type { CheckScore } from './row.ts';

/** Characters of one value that a proposer is shown. */
const MOST = 4_000;

/** What a proposer may see of a run: what went in and came out, the way it took, and what was missed. */
export function feedbackOf(asked: EvalCase, outcome: CaseOutcome, checks: readonly CheckScore[]): Json {
  const texts = new Map(asked.checks.map(({ id, text }) => [id, text]));
  const missed = checks
    .filter(({ score }) => score < 1)
    .map(({ id, score, required, why }): JsonObject => {
      const said = why === undefined ? {} : { why: clipped(why) };
      return { check: texts.get(id) ?? id, score, required, ...said };
    });
  return {
    input: clipped(asked.input),
    ...(asked.expected === undefined ? {} : { expected: clipped(asked.expected) }),
    ...(outcome.result === undefined ? {} : { result: clipped(outcome.result) }),
    path: [...outcome.path],
    missed,
    ...(outcome.error === undefined ? {} : { error: clipped(`${outcome.error.code}: ${outcome.error.message}`) }),
  };
}

/** The value, or the beginning of its text where that is long. */
function clipped(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MOST ? value : `${text.slice(0, MOST).toWellFormed()}…`;
}
