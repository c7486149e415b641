import { alphaOf } from '../../src/learning/verdicts/ledger.ts';
import type { Verdict } from '../../src/learning/verdicts/verdict.ts';
import { checklistCases } from '../../src/os/models/world/checklist.ts';
import { type NullWorld, nullPass } from '../../src/os/models/world/null.ts';
import { stream } from '../../src/os/models/world/stream.ts';
import { MUST_PASS_FAMILY, readTradeoff, tradeoffCases, tradeoffPass } from '../../src/os/models/world/tradeoff.ts';
import { GATES, type GateName } from './naive-gates.ts';
import { loneCases, verifyWorld } from './verify-world.ts';

/** One measurement in a range of worlds; what it counts can be added up over ranges. */
export type Job = { readonly from: number; readonly to: number } & (
  | { readonly what: 'null'; readonly kind: NullWorld; readonly clusters: number; readonly gate: 'verdict' | GateName }
  | {
      readonly what: 'nights';
      readonly kind: NullWorld;
      readonly clusters: number;
      readonly gate: 'verdict' | GateName;
    }
  | {
      readonly what: 'tradeoff';
      readonly candidate: 'breaker' | 'good';
      readonly clusters: number;
      readonly gate: 'verdict' | GateName;
    }
  | {
      readonly what: 'power';
      readonly gain: number;
      readonly clusters: number;
      /** The ledger is off, and alpha .05, at attempt 0. */
      readonly attempt: number;
    }
);

export type Counts = { readonly worlds: number; readonly promoted: number; readonly runs: number };

const NIGHTS = 10;
/** In tables of power, where p is never compared with less than .0003. */
const FEWER_DRAWS = 10_000;

/** What a job counts. Pure: a world is named by its number. */
export function runJob(job: Job): Counts {
  let [promoted, runs] = [0, 0];
  for (let world = job.from; world < job.to; world++) {
    const so = oneWorld(job, world);
    if (so.promoted) promoted += 1;
    runs += so.runs;
  }
  return { worlds: job.to - job.from, promoted, runs };
}

type One = { readonly promoted: boolean; readonly runs: number };

function oneWorld(job: Job, world: number): One {
  switch (job.what) {
    case 'null':
      return nullNight(job, world, 1);
    case 'nights': {
      let runs = 0;
      for (let night = 1; night <= NIGHTS; night++) {
        const so = nullNight(job, world, night);
        runs += so.runs;
        if (so.promoted) return { promoted: true, runs };
      }
      return { promoted: false, runs };
    }
    case 'tradeoff':
      return tradeoff(job, world);
    case 'power':
      return power(job, world);
  }
}

function nullNight({ kind, clusters, gate }: Extract<Job, { kind: unknown }>, world: number, night: number): One {
  const tasks = new Map(checklistCases(world, 'h', clusters).map((task) => [task.id, task]));
  const pass = new Map(
    [...tasks].map(([id, task]) => [
      id,
      { a: nullPass(kind, world, task, false), b: nullPass(kind, world, task, true) },
    ]),
  );
  const cases = loneCases([...tasks.keys()]);
  const label = `null|${kind}|${clusters}|${world}|${night}`;
  const of = (id: string, arm: 'a' | 'b') => pass.get(id)?.[arm] ?? 0;
  if (gate !== 'verdict') return { promoted: GATES[gate](cases, label, of), runs: 0 };
  return outcome(verifyWorld({ seed: label, cases, attempt: night, alpha: alphaOf(night) }, label, of));
}

/** All rules stated where they belong but T; the breaker states it for all, the good candidate for its family alone. */
const BASE = { router: '# router\nR:0\nR:2\nR:4', writer: '# writer\nR:1\nR:3\nR:5\nC:1:A\nC:2:B' };
export const TRADEOFF_TEXTS = {
  base: BASE,
  breaker: { ...BASE, router: `${BASE.router}\nR:T` },
  good: { ...BASE, router: `${BASE.router}\nC:0:T` },
} as const;

function tradeoff({ candidate, clusters, gate }: Extract<Job, { candidate: unknown }>, world: number): One {
  const tasks = new Map(tradeoffCases(world, 'h', clusters).map((task) => [task.id, task]));
  const read = { a: readTradeoff(TRADEOFF_TEXTS.base), b: readTradeoff(TRADEOFF_TEXTS[candidate]) };
  const cases = loneCases([...tasks.keys()], (id) => tasks.get(id)?.family === MUST_PASS_FAMILY);
  const label = `tradeoff|${candidate}|${clusters}|${world}`;
  const of = (id: string, arm: 'a' | 'b') => {
    const task = tasks.get(id);
    return task === undefined ? 0 : tradeoffPass(read[arm], task);
  };
  if (gate !== 'verdict') return { promoted: GATES[gate](cases, label, of), runs: 0 };
  return outcome(verifyWorld({ seed: label, cases, attempt: 1, alpha: alphaOf(1) }, label, of));
}

/** Pass probabilities from Beta(.6, .6); the candidate always passes a case with probability 2 · gain, else nothing changes. */
function power({ gain, clusters, attempt }: Extract<Job, { gain: unknown }>, world: number): One {
  const label = `power|${gain}|${clusters}|${attempt}|${world}`;
  const { beta, next } = stream(label);
  const before = Array.from({ length: clusters }, () => beta(0.6, 0.6));
  const after = before.map((p) => (next() < 2 * gain ? 1 : p));
  const cases = loneCases(before.map((_, at) => `${at}`));
  const alpha = attempt === 0 ? 0.05 : alphaOf(attempt);
  const settings = { seed: label, cases, attempt: Math.max(attempt, 1), alpha, draws: FEWER_DRAWS };
  return outcome(verifyWorld(settings, `${label}|runs`, (id, arm) => (arm === 'a' ? before : after)[Number(id)] ?? 0));
}

function outcome({ verdict, runs }: Verdict): One {
  return { promoted: verdict === 'PASS', runs };
}
