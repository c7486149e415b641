import { pickSome, type Stream, stream } from '../../os/models/world/stream.ts';
import { measure, propose } from './ask.ts';
import type { Action, Told } from './engine.ts';
import { epochs } from './epochs.ts';
import { front } from './gepa.ts';
import { type Plan, planned } from './plan.ts';
import {
  type Candidate,
  callsLeft,
  failures,
  freshRuns,
  mean,
  meanOf,
  type Pool,
  type Run,
  type Scores,
} from './pool.ts';

const E = process.env;
const num = (k: string, d: number) => (E[k] === undefined ? d : Number(E[k]));
const RECORDS = num('REC', 3);
const FIRST = num('L0', 1);
const LMAX = num('LMAX', 1);
const BLOCK = num('BLOCK', 10);
const DROP = num('DROP', -0.5);
const ACC = num('ACC', 0);
const REPS = num('REPS', 1);
const REMEASURE = num('REM', 0);
const STOCK = num('STOCK', 1);
const REUSE = num('REUSE', 3);
const SCREEN = num('SCREEN', 0.5);
const PAR = num('PAR', 0);
const TRAIN = num('TRAIN', 0);
const CHAINS = num('CHAINS', 1);

const plan: Plan = function* (pool) {
  const { seed, train, dev, iterations } = pool.settings;
  const chance = stream(`race|${seed}`);
  const minibatch = epochs(train, chance);
  let steps = FIRST;
  const used = new Map<string, number>();
  yield* measure(pool, 'dev', pool.best, dev);
  if (FIRST > 1) {
    const tips: Candidate[] = [];
    for (let k = 0; k < CHAINS; k++) {
      let tip = pool.best;
      for (let i = 0; i < steps && callsLeft(pool) > RECORDS; i++) tip = (yield* step(pool, tip, minibatch)) ?? tip;
      yield* measure(pool, 'dev', tip, dev);
      if (tip.dev.size > 0) tips.push(tip);
    }
    tips.sort((a, b) => meanOf(b.dev) - meanOf(a.dev));
    const two = tips.slice(0, 2);
    if (two.length === 2) for (const t of two) yield* measure(pool, 'dev', t, dev);
    two.sort((a, b) => meanOf(b.dev) - meanOf(a.dev));
    if (two[0] && meanOf(two[0].dev) > meanOf(pool.best.dev)) pool.best = two[0];
    steps = 1;
  }
  while (pool.proposals < iterations && callsLeft(pool) > RECORDS) {
    let tip = pool.best;
    let shown: readonly string[] = [];
    if (STOCK === 1) {
      const records = yield* stocked(pool, tip, used, chance);
      shown = records.map((r) => r.case);
      if (records.length === 0) continue;
      tip = (yield* propose(pool, tip, records)) ?? tip;
    } else {
      if (PAR > 0 && pool.used > num('PARAT', 20) * dev.length && chance.next() < PAR) {
        const drawn = front(pool);
        tip = drawn[chance.int(drawn.length)] ?? tip;
      }
      const from = tip;
      tip = (yield* step(pool, tip, minibatch)) ?? tip;
      if (tip === from) continue;
      shown = failures(from)
        .slice(0, RECORDS)
        .map((r) => r.case);
    }
    if (tip === pool.best) continue;
    if (shown.length > 0 && meanOf(pool.best.dev) > SCREEN) {
      const after = yield* measure(pool, 'train', tip, shown);
      if (!after.some((x) => x > 0)) {
        tip.state = 'dropped';
        continue;
      }
    }
    const won = yield* duel(pool, tip, chance);
    if (won) {
      tip.state = 'kept';
      pool.best = tip;
      for (let i = 0; i < REMEASURE; i++) yield* measure(pool, 'dev', tip, dev);
    }
  }
  return 'budget';
};

function* stocked(
  pool: Pool,
  of: Candidate,
  used: Map<string, number>,
  chance: Stream,
): Generator<Action, Run[], Told> {
  const key = (r: Run) => `${r.candidate} ${r.case} ${r.seed}`;
  for (;;) {
    const open = failures(of).filter((r) => (used.get(key(r)) ?? 0) < REUSE);
    if (open.length >= 2 || callsLeft(pool) < RECORDS) {
      const picked = pickSome(open, RECORDS, chance);
      for (const r of picked) used.set(key(r), (used.get(key(r)) ?? 0) + 1);
      return picked;
    }
    const fewest = Math.min(...pool.settings.train.map((id) => of.train.get(id)?.length ?? 0));
    const next = pool.settings.train.filter((id) => (of.train.get(id)?.length ?? 0) === fewest);
    yield* measure(pool, 'train', of, pickSome(next, RECORDS, chance));
  }
}

function* step(
  pool: Pool,
  tip: Candidate,
  minibatch: (n: number) => string[],
): Generator<Action, Candidate | undefined, Told> {
  const cases = minibatch(RECORDS);
  const runs = freshRuns(tip, 'train', cases);
  const scores = yield* measure(pool, 'train', tip, cases);
  const failed = runs.filter((_, i) => (scores[i] ?? 1) < 1);
  if (failed.length === 0) return undefined;
  return yield* propose(pool, tip, failed);
}

function* duel(pool: Pool, rival: Candidate, chance: Stream): Generator<Action, boolean, Told> {
  const order = epochs(pool.settings.dev, chance);
  for (let n = 0; n < REPS * pool.settings.dev.length; n += BLOCK) {
    const block = order(BLOCK);
    yield* measure(pool, 'dev', rival, block);
    const z = lead(pool.best.dev, rival.dev);
    const full = rival.dev.size === pool.settings.dev.length;
    if (z < DROP) break;
    if (full && z > ACC) return true;
    if (callsLeft(pool) === 0) return full && z > 0;
  }
  if (rival.dev.size === pool.settings.dev.length && lead(pool.best.dev, rival.dev) > ACC) return true;
  rival.state = rival.dev.size === pool.settings.dev.length ? 'kept' : 'dropped';
  return false;
}

function lead(a: Scores, b: Scores): number {
  const both = [...b.keys()].filter((id) => a.has(id));
  const of = (s: Scores) => {
    const all = meanOf(s);
    return (id: string) => {
      const v = s.get(id) ?? [];
      const p = (v.reduce((x, y) => x + y, 0) + all) / (v.length + 1);
      return { m: mean(v), v: Math.max(0.02, p * (1 - p)) / v.length };
    };
  };
  const [A, B] = [of(a), of(b)];
  let d = 0;
  let v = 0;
  for (const id of both) {
    const [x, y] = [A(id), B(id)];
    d += y.m - x.m;
    v += x.v + y.v;
  }
  return d / Math.sqrt(v);
}

const engine = planned('race', plan);

export { engine as race };
