import { type Stream, stream } from '../../os/models/world/stream.ts';
import { learnFrom, measure } from './ask.ts';
import type { Action, Told } from './engine.ts';
import { epochs } from './epochs.ts';
import { lead } from './lead.ts';
import { planned } from './plan.ts';
import { type Candidate, callsLeft, meanOf, type Pool } from './pool.ts';

/** Train runs that one proposal is made of. */
const RECORDS = 3;
/** Changes on top of each other before the first look at their worth. */
const SPRINT = 8;
/** Share of all calls, and of all proposals, that sprints may have. */
const SPRINT_CALLS = 1 / 3;
const SPRINT_PROPOSALS = 1 / 2;
/** Dev cases between two looks at a rival. */
const BLOCK = 10;
/** A rival that is this many standard errors behind is given up. */
const BEHIND = -0.5;

/**
 * Paired racing. It begins with sprints: several chains of changes, each from the seed text and looked at only at its end,
 * because single changes of a bad text are worth less than it costs to tell. The best two are run again, since the best of
 * many has been lucky. From the winner on every change is a rival of its own, which races the holder on dev cases in random
 * order: given up as soon as it falls behind, it takes the place only when it is ahead after all of them, twice.
 */
export const race = planned('race', function* (pool) {
  const { seed, train, dev, iterations } = pool.settings;
  const chance = stream(`race|${seed}`);
  const minibatch = epochs(train, chance);
  if (train.length === 0 || dev.length === 0) return 'cases';
  yield* measure(pool, 'dev', pool.best, dev);
  pool.best.state = 'kept';
  yield* sprints(pool, minibatch);
  while (callsLeft(pool) > RECORDS) {
    if (pool.proposals >= iterations) return 'iterations';
    const rival = yield* learnFrom(pool, pool.best, minibatch(RECORDS));
    if (rival !== undefined) yield* duel(pool, rival, chance);
  }
  return 'budget';
});

/** How many sprints of how many steps the budget is good for. */
function sprintsFor({ settings: { calls, iterations, dev } }: Pool): {
  readonly count: number;
  readonly steps: number;
} {
  const steps = Math.max(1, Math.min(SPRINT, Math.floor((iterations * SPRINT_PROPOSALS) / 2)));
  const byCalls = Math.round((calls * SPRINT_CALLS) / (steps * RECORDS + dev.length));
  const byProposals = Math.floor((iterations * SPRINT_PROPOSALS) / steps);
  return { count: Math.max(1, Math.min(byCalls, byProposals)), steps };
}

function* sprints(pool: Pool, minibatch: (count: number) => string[]): Generator<Action, void, Told> {
  const { count, steps } = sprintsFor(pool);
  const first = pool.best;
  const tips: Candidate[] = [];
  for (let nth = 0; nth < count; nth++) {
    let tip = first;
    for (let step = 0; step < steps && pool.proposals < pool.settings.iterations; step++) {
      tip = (yield* learnFrom(pool, tip, minibatch(RECORDS))) ?? tip;
    }
    if (tip === first) continue;
    yield* measure(pool, 'dev', tip, pool.settings.dev);
    if (tip.dev.size === pool.settings.dev.length) tips.push(tip);
  }
  const finalists = ranked(tips).slice(0, 2);
  for (const tip of finalists.length === 2 ? finalists : []) yield* measure(pool, 'dev', tip, pool.settings.dev);
  for (const tip of tips) tip.state = 'dropped';
  const [winner] = ranked(finalists);
  if (winner !== undefined && meanOf(winner.dev) > meanOf(first.dev)) hold(pool, winner);
}

const ranked = (tips: readonly Candidate[]): Candidate[] => tips.toSorted((a, b) => meanOf(b.dev) - meanOf(a.dev));

/** Races a rival against the best. It takes the place when it is ahead after all cases, and still so after all again. */
function* duel(pool: Pool, rival: Candidate, chance: Stream): Generator<Action, void, Told> {
  const { dev } = pool.settings;
  const next = epochs(dev, chance);
  rival.state = 'dropped';
  while (rival.dev.size < dev.length) {
    if (callsLeft(pool) === 0) return;
    yield* measure(pool, 'dev', rival, next(Math.min(BLOCK, dev.length - rival.dev.size)));
    if (lead(pool.best.dev, rival.dev) < BEHIND) return;
  }
  if (lead(pool.best.dev, rival.dev) <= 0) return;
  yield* measure(pool, 'dev', rival, dev);
  if (lead(pool.best.dev, rival.dev) > 0) hold(pool, rival);
}

function hold(pool: Pool, candidate: Candidate): void {
  candidate.state = 'kept';
  pool.best = candidate;
}
