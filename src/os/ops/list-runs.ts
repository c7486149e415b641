import Type from 'typebox';
import { EVENTS } from '../indexed-source.ts';
import type { Json } from '../json.ts';
import { OpError } from '../op-error.ts';
import { defineOp } from './op.ts';
import type { RunFacts } from './run-facts.ts';

const MAX_RUNS = 500;
const DEFAULT_RUNS = 100;
/** Characters of one answer, so that a step can work on it. */
const MAX_ANSWER = 600_000;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });

export const listRuns = defineOp({
  kind: 'list_runs',
  effect: 'reads',
  summary: 'Lists runs, the newest first, with what the log says of each: outcome, path, errors, denials, cost.',
  input: Type.Object(
    {
      skill: Type.Optional(text('Only runs of this skill.')),
      status: Type.Optional(text('Only runs that stand so, e.g. finished, failed, waiting.')),
      since: Type.Optional(text('Begun not before: a date or time like 2026-01-31T12:00:00Z.')),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_RUNS, description: `Runs at most; ${DEFAULT_RUNS} if absent.` }),
      ),
    },
    { additionalProperties: false },
  ),
  needKinds: ['recall'],
  needs: () => [{ kind: 'recall', source: EVENTS }], // it is the log that is read
  async run({ limit = DEFAULT_RUNS, since, ...filter }, { runs }) {
    const found = runs.list({ ...filter, ...(since === undefined ? {} : { since: instant(since) }), limit });
    const fitting = fittingIn(MAX_ANSWER, found.runs);
    const more = found.more + found.runs.length - fitting.length;
    return JSON.parse(JSON.stringify({ runs: fitting, more })) as Json;
  },
});

/** The first of the runs, as many as have room. */
function fittingIn(characters: number, runs: readonly RunFacts[]): readonly RunFacts[] {
  let used = 0;
  const over = runs.findIndex((run) => {
    used += JSON.stringify(run).length;
    return used > characters;
  });
  return over === -1 ? runs : runs.slice(0, over);
}

function instant(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new OpError('arguments', `"${text}" is no time. Write it like 2026-01-31T12:00:00Z.`);
  return new Date(ms).toISOString();
}
