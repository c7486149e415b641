import { stream } from '../../os/models/world/stream.ts';
import { learnFrom, measure } from './ask.ts';
import { epochs } from './epochs.ts';
import { planned } from './plan.ts';
import { callsLeft, meanOf } from './pool.ts';

const MINIBATCH = 3;
/** Changes on top of each other that make one candidate. */
const STEPS = 4;

/**
 * Chains of changes, each begun anew from the seed text and run once on all dev cases; the best mean is named. It builds
 * on nothing it found, and is here for comparison and for very small budgets.
 */
export const bestOfN = planned('best_of_n', function* (pool) {
  const { seed, train, dev, iterations } = pool.settings;
  const minibatch = epochs(train, stream(`best_of_n|${seed}`));
  const first = pool.best;
  if (train.length === 0 || dev.length === 0) return 'cases';
  yield* measure(pool, 'dev', first, dev);
  first.state = 'kept';
  while (pool.proposals < iterations && callsLeft(pool) >= STEPS * MINIBATCH + dev.length) {
    let tip = first;
    for (let i = 0; i < STEPS && pool.proposals < iterations; i++) {
      tip = (yield* learnFrom(pool, tip, minibatch(MINIBATCH))) ?? tip;
    }
    if (tip === first) continue;
    yield* measure(pool, 'dev', tip, dev);
    const better = meanOf(tip.dev) > meanOf(pool.best.dev);
    tip.state = better ? 'kept' : 'dropped';
    if (better) pool.best = tip;
  }
  return pool.proposals < iterations ? 'budget' : 'iterations';
});
