import type { Json } from '../../os/json.ts';
import type { Check, EvalCase } from './case.ts';
import type { CaseOutcome } from './outcome.ts';
import type { CaseStatus, CheckScore } from './row.ts';
import { SCORERS_BY_KIND } from './scorers/list.ts';
import type { Charge, ScoreTools } from './scorers/scorer.ts';

/** What a run of a case is worth. */
export type CaseScore = {
  /** 0 to 1: 0 without a result or when a required check is missed, else the mean of all checks. */
  readonly score: number;
  /** Whether there is a result and every required check holds; of a case that requires none, every check. */
  readonly pass: boolean;
  readonly status: CaseStatus;
  /** One for each check of the case, in its order. */
  readonly checks: readonly CheckScore[];
  /** What judging used. */
  readonly usage: Charge;
};

/**
 * Scores what a run of a case came to. Nothing is left out: no result, a run that failed and a check that cannot be made
 * are 0. What costs nothing comes first; once a required check is missed, no model is asked, because the score is 0 anyhow.
 * @throws only the reason of the signal.
 */
export async function scoreCase(given: EvalCase, outcome: CaseOutcome, tools: ScoreTools): Promise<CaseScore> {
  const status = statusOf(outcome);
  if (status !== 'scored' || outcome.result === undefined) {
    const why = outcome.error?.message ?? `there is no result: ${status}`;
    return { score: 0, pass: false, status, checks: given.checks.map((check) => missed(check, why)), usage: NOTHING };
  }
  const made = new Map<Check, Made>();
  for (const asks of [false, true]) {
    const stage = given.checks.filter(({ scorer }) => SCORERS_BY_KIND[scorer].asks === asks);
    const isLost = [...made].some(([{ required }, { scored }]) => required && scored.missed === true);
    const scores = await Promise.all(
      stage.map(async (check): Promise<Made> => {
        if (asks && isLost) return { scored: missed(check, 'not asked: a required check is missed'), usage: NOTHING };
        return scoreCheck(check, given, { ...outcome, result: outcome.result as Json }, tools);
      }),
    );
    tools.signal.throwIfAborted();
    for (const [i, check] of stage.entries())
      made.set(check, scores[i] ?? { scored: missed(check, 'not made'), usage: NOTHING });
  }
  const all = given.checks.map((check) => made.get(check) ?? { scored: missed(check, 'not made'), usage: NOTHING });
  return {
    ...total(all.map(({ scored }) => scored)),
    status,
    usage: all.reduce((sum, { usage }) => plus(sum, usage), NOTHING),
  };
}

function statusOf({ status, result }: CaseOutcome): CaseStatus {
  if (status !== 'finished') return status;
  return result === undefined ? 'missing' : 'scored';
}

/** Score and pass of a case, from its checks; a case that has none is worth nothing. */
function total(checks: readonly CheckScore[]): Pick<CaseScore, 'score' | 'pass' | 'checks'> {
  const required = checks.filter((check) => check.required);
  const lost = required.some((check) => check.missed === true);
  const deciding = required.length === 0 ? checks : required;
  const mean = checks.reduce((sum, { score }) => sum + score, 0) / Math.max(1, checks.length);
  return {
    score: lost ? 0 : mean,
    pass: deciding.length > 0 && deciding.every((check) => check.missed !== true),
    checks,
  };
}

const NOTHING: Charge = { input: 0, output: 0, usd: 0 };

type Made = { readonly scored: CheckScore; readonly usage: Charge };
type Finished = CaseOutcome & { readonly result: Json };

async function scoreCheck(
  check: Check,
  { id, input, expected }: EvalCase,
  outcome: Finished,
  tools: ScoreTools,
): Promise<Made> {
  const value = lookedAt(check, outcome);
  if (value === undefined) {
    const phase = check.of.at === 'phase' ? check.of.phase : '';
    return { scored: missed(check, `the phase "${phase}" left nothing`), usage: NOTHING };
  }
  const { dir, result } = outcome;
  const seen = {
    value,
    input,
    result,
    text: check.text,
    seed: `${id}/${check.id}`,
    ...(expected === undefined ? {} : { expected }),
    ...(dir === undefined ? {} : { dir }),
  };
  const scorer = SCORERS_BY_KIND[check.scorer];
  try {
    const { score, why, spread, usage = NOTHING } = await scorer.score(check.args, seen, tools);
    if (!(score >= 0 && score <= 1)) return { scored: missed(check, 'the scorer gave no score'), usage };
    const reached = score + 1e-9 >= (check.pass ?? scorer.passAt);
    const scored: CheckScore = {
      id: check.id,
      score,
      required: check.required,
      ...(why === undefined ? {} : { why }),
      ...(reached ? {} : { missed: true }),
      ...(spread === undefined ? {} : { spread }),
    };
    return { scored, usage };
  } catch (error) {
    tools.signal.throwIfAborted();
    return {
      scored: missed(check, `it cannot be scored: ${error instanceof Error ? error.message : String(error)}`),
      usage: NOTHING,
    };
  }
}

function lookedAt({ of }: Check, { result, phases }: Finished): Json | undefined {
  if (of.at === 'final') return result;
  return Object.hasOwn(phases, of.phase) ? phases[of.phase] : undefined;
}

function missed({ id, required }: Check, why: string): CheckScore {
  return { id, score: 0, required, why, missed: true };
}

function plus(a: Charge, b: Charge): Charge {
  return { input: a.input + b.input, output: a.output + b.output, usd: a.usd + b.usd };
}
