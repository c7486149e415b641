import type { Config, SearchBudget } from '../../os/config/config.ts';
import type { Limits } from '../../os/config/limits.ts';
import { OpError } from '../../os/op-error.ts';
import type { OpenSearch } from '../../os/ops/improvement.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { packSource } from '../../os/skills/source.ts';
import { oneOf } from '../../os/suggest.ts';
import type { EvalSet } from '../evals/case.ts';
import type { Splits } from '../evals/splits.ts';
import type { Caps, SearchSettings } from './book.ts';

/** Proposals of one search where neither the request nor the eval files say, as far as the run has room for them. */
const MOST_ITERATIONS = 100;
/** Visits of the phase that goes on with a search besides those after a proposal. */
const OTHER_VISITS = 2;
/** Runs of each sealed case that a verification may need: five repeats for each of two texts. */
const RUNS_PER_SEALED_CASE = 10;
/** Dev runs for each dev case without which a search has not begun. */
const LEAST_ROUNDS = 4;

export type OpeningFrom = {
  readonly request: OpenSearch;
  readonly baseline: Opened;
  readonly set: EvalSet;
  readonly splits: Splits;
  readonly config: Config['self_improvement'];
  readonly engines: readonly string[];
  readonly model: string | undefined;
  /** What the run that asks has left; how often it may enter one phase, that many proposals it can make. */
  readonly left: Pick<Limits, 'max_phase_visits' | 'tokens' | 'usd'>;
  /** Packed source of the candidate to try first. */
  readonly head: string | undefined;
};

/**
 * What a search begins with. What the verification may need is set aside first; the search has the rest.
 * @throws OpError `usage` when it could not even begin.
 */
export function settingsOf(from: OpeningFrom): SearchSettings {
  const { request, baseline, set, splits, config, engines, model, head, left } = from;
  const engine = request.engine ?? config.engine;
  if (!engines.includes(engine)) {
    throw new OpError('usage', `There is no engine "${engine}"; write ${oneOf(engine, engines)}.`);
  }
  const { train, dev, holdout } = splits;
  if (train.length === 0 || dev.length === 0) {
    throw new OpError(
      'usage',
      `${set.skill} has ${set.cases.length} cases, too few to learn from some and judge by others. \`reyn eval build ${set.skill}\` drafts more.`,
    );
  }
  const asked: SearchBudget = { ...config.budget, ...request.budget };
  const budget = withinLeft(asked, left);
  const reserved = RUNS_PER_SEALED_CASE * holdout.length;
  const least = reserved + LEAST_ROUNDS * dev.length;
  if (budget.calls < least) {
    throw new OpError(
      'usage',
      `A budget of ${budget.calls} runs is too small: the verification may need ${reserved} (${holdout.length} sealed cases), and a search ${LEAST_ROUNDS * dev.length} to begin. Give at least ${least}.`,
    );
  }
  const calls = budget.calls - reserved;
  const share = calls / budget.calls;
  return {
    skill: set.skill,
    engine,
    seed: request.seed ?? 0,
    calls,
    total: budget.calls,
    iterations: Math.max(
      1,
      Math.min(request.iterations ?? set.maxIterations ?? MOST_ITERATIONS, left.max_phase_visits - OTHER_VISITS),
    ),
    caps: capsOf(budget, share),
    allCaps: capsOf(budget, 1),
    train: train.map(({ id }) => id),
    dev: dev.map(({ id }) => id),
    set: { digest: set.digest, scorers: set.scorers },
    model: model ?? null,
    pack: packSource(baseline.source),
    ...(head === undefined ? {} : { head }),
  };
}

/** Search and verification have to come to their end within what the run that asks has left. */
function withinLeft(budget: SearchBudget, { tokens, usd }: OpeningFrom['left']): SearchBudget {
  return {
    ...budget,
    ...(tokens === undefined ? {} : { tokens: Math.min(tokens, budget.tokens ?? tokens) }),
    ...(usd === undefined ? {} : { usd: Math.min(usd, budget.usd ?? usd) }),
  };
}

function capsOf({ tokens, usd, seconds }: SearchBudget, share: number): Caps {
  return {
    ...(tokens === undefined ? {} : { tokens: Math.floor(tokens * share) }),
    ...(usd === undefined ? {} : { usd: usd * share }),
    ...(seconds === undefined ? {} : { seconds: seconds * share }),
  };
}
