import { measure, propose } from '../../src/learning/search/ask.ts';
import { bestOfN } from '../../src/learning/search/best-of-n.ts';
import { epochs } from '../../src/learning/search/epochs.ts';
import { gepa, gepaPlan } from '../../src/learning/search/gepa.ts';
import { type Plan, type PlannedEngine, planned } from '../../src/learning/search/plan.ts';
import { callsLeft, freshRuns, meanOf } from '../../src/learning/search/pool.ts';
import { race } from '../../src/learning/search/race.ts';
import { stream } from '../../src/os/models/world/stream.ts';

const MINIBATCH = 3;

/** Every proposal replaces what was there, whatever it is worth: improving without a gate. */
const ungated: Plan = function* (pool) {
  const batch = epochs(pool.settings.train, stream(`ungated|${pool.settings.seed}`));
  while (callsLeft(pool) >= MINIBATCH) {
    const cases = batch(MINIBATCH);
    const records = freshRuns(pool.best, 'train', cases);
    yield* measure(pool, 'train', pool.best, cases);
    const child = yield* propose(pool, pool.best, records);
    if (child !== undefined) pool.best = child;
  }
  return 'budget';
};

/** Every proposal is run once on all dev cases; the better mean stays. */
const greedy: Plan = function* (pool) {
  const { dev } = pool.settings;
  const batch = epochs(pool.settings.train, stream(`greedy|${pool.settings.seed}`));
  yield* measure(pool, 'dev', pool.best, dev);
  while (callsLeft(pool) >= MINIBATCH + dev.length) {
    const cases = batch(MINIBATCH);
    const records = freshRuns(pool.best, 'train', cases);
    yield* measure(pool, 'train', pool.best, cases);
    const child = yield* propose(pool, pool.best, records);
    if (child === undefined) continue;
    yield* measure(pool, 'dev', child, dev);
    if (meanOf(child.dev) > meanOf(pool.best.dev)) pool.best = child;
  }
  return 'budget';
};

export const ARMS: Readonly<Record<string, PlannedEngine>> = {
  race,
  gepa,
  'gepa, current best': planned('gepa-best', gepaPlan('best')),
  greedy: planned('greedy', greedy),
  best_of_n: bestOfN,
  ungated: planned('ungated', ungated),
};
