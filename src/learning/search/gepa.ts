import { type Stream, stream } from '../../os/models/world/stream.ts';
import { measure, propose } from './ask.ts';
import type { Action, Told } from './engine.ts';
import { epochs } from './epochs.ts';
import { type Plan, planned } from './plan.ts';
import { type Candidate, callsLeft, mean, meanOf, type Pool } from './pool.ts';

/**
 * Reflective evolution over a Pareto front (GEPA, Agrawal et al. 2025, arXiv 2507.19457). A parent is drawn from the
 * candidates that are best on some dev case; a change made of three train runs must do better on those three; what does
 * is run on all dev cases. After a success, two candidates of the front with a common ancestor are joined.
 */

const MINIBATCH = 3;
const MOST_MERGES = 5;
const MERGE_CASES = 5;

export const gepaPlan: (select: 'pareto' | 'best') => Plan = (select) =>
  function* (pool) {
    const { seed, train, dev, iterations } = pool.settings;
    const chance = stream(`gepa|${seed}`);
    const minibatch = epochs(train, chance);
    const joined = new Set<string>();
    let mergeDue = false;
    if (train.length === 0 || dev.length === 0) return 'cases';
    yield* measure(pool, 'dev', pool.best, dev);
    pool.best.state = 'kept';
    while (pool.proposals < iterations) {
      if (callsLeft(pool) < 2 * MINIBATCH + dev.length) return 'budget';
      const before = pool.candidates.length;
      const pair = mergeDue && joined.size < MOST_MERGES ? pickPair(pool, joined, chance) : undefined;
      mergeDue = false;
      if (pair !== undefined) {
        yield* merge(pool, pair, chance);
        if (pool.candidates.length > before) continue;
      }
      const parent = select === 'best' ? pool.best : drawParent(pool, chance);
      mergeDue = yield* mutate(pool, parent, minibatch(MINIBATCH));
    }
    return 'iterations';
  };

export const gepa = planned('gepa', gepaPlan('pareto'));

/** One reflective mutation; whether the candidate was kept. */
function* mutate(pool: Pool, parent: Candidate, batch: readonly string[]): Generator<Action, boolean, Told> {
  // Train runs are kept, as with the published library's cache; where none of them failed they are made anew.
  const last = (id: string) => parent.train.get(id)?.at(-1);
  const learned = batch.every((id) => (last(id) ?? 0) >= 1);
  yield* measure(pool, 'train', parent, learned ? batch : batch.filter((id) => !parent.train.has(id)));
  const records = batch.map((id) => ({
    candidate: parent.id,
    case: id,
    seed: (parent.train.get(id)?.length ?? 1) - 1,
  }));
  const before = batch.map((id) => last(id) ?? 0);
  if (before.every((score) => score >= 1)) return false;
  const child = yield* propose(pool, parent, records);
  if (child === undefined) return false;
  const after = yield* measure(pool, 'train', child, batch);
  if (mean(after) <= mean(before)) {
    child.state = 'dropped';
    return false;
  }
  yield* keep(pool, child);
  return true;
}

/** Joins a pair, and keeps what is no worse than both on some dev cases. */
function* merge(pool: Pool, [one, two]: Pair, chance: Stream): Generator<Action, void, Told> {
  const child = yield* propose(pool, one, [], two);
  if (child === undefined) return;
  const cases = epochs(pool.settings.dev, chance)(MERGE_CASES);
  const scores = yield* measure(pool, 'dev', child, cases);
  const of = (parent: Candidate) => mean(cases.map((id) => mean(parent.dev.get(id) ?? [0])));
  if (mean(scores) >= Math.max(of(one), of(two))) yield* keep(pool, child);
  else child.state = 'dropped';
}

/** Runs what is left of the dev cases, and makes it the best if it is. */
function* keep(pool: Pool, child: Candidate): Generator<Action, void, Told> {
  const missing = pool.settings.dev.filter((id) => !child.dev.has(id));
  yield* measure(pool, 'dev', child, missing);
  child.state = 'kept';
  if (meanOf(child.dev) > meanOf(pool.best.dev)) pool.best = child;
}

/** Candidates on the front, each once for every dev case on which none is better. */
export function front(pool: Pool): Candidate[] {
  const kept = pool.candidates.filter(({ state }) => state === 'kept');
  const winners = pool.settings.dev.map((id) => {
    const of = (candidate: Candidate) => mean(candidate.dev.get(id) ?? [0]);
    const top = Math.max(...kept.map(of));
    return kept.filter((candidate) => of(candidate) === top);
  });
  const alive = new Set(winners.flat());
  // The weakest go first: one is dominated when on each of its cases somebody else who is still alive wins as well.
  for (const candidate of [...alive].sort((a, b) => meanOf(a.dev) - meanOf(b.dev))) {
    const on = winners.filter((of) => of.includes(candidate));
    if (on.every((of) => of.some((rival) => rival !== candidate && alive.has(rival)))) alive.delete(candidate);
  }
  return winners.flat().filter((candidate) => alive.has(candidate));
}

function drawParent(pool: Pool, chance: Stream): Candidate {
  const drawn = front(pool);
  return drawn[chance.int(drawn.length)] ?? pool.best;
}

type Pair = readonly [Candidate, Candidate];

/** Two of the front, neither descended from the other, that have an ancestor in common and were not joined before. */
function pickPair(pool: Pool, joined: Set<string>, chance: Stream): Pair | undefined {
  const among = [...new Set(front(pool))];
  const pairs = among.flatMap((one, i) => among.slice(i + 1).map((two): Pair => [one, two]));
  const open = pairs.filter(([one, two]) => {
    const [ofOne, ofTwo] = [ancestors(one), ancestors(two)];
    if (ofOne.has(two) || ofTwo.has(one) || joined.has(`${one.id} ${two.id}`)) return false;
    return [...ofOne].some((ancestor) => ofTwo.has(ancestor));
  });
  const pair = open[chance.int(open.length)];
  if (pair !== undefined) joined.add(`${pair[0].id} ${pair[1].id}`);
  return pair;
}

function ancestors(candidate: Candidate): Set<Candidate> {
  const found = new Set<Candidate>();
  const visit = ({ parent, other }: Candidate) => {
    for (const above of [parent, other]) {
      if (above === undefined || found.has(above)) continue;
      found.add(above);
      visit(above);
    }
  };
  visit(candidate);
  return found;
}
