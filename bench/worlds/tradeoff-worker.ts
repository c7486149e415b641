import { parentPort } from 'node:worker_threads';
import { MUST_PASS_FAMILY, tradeoffTruth } from '../../src/os/models/world/tradeoff.ts';
import { ARMS } from './arms.ts';
import { searchWorld } from './harness.ts';
import { textsOf, tradeoffWorld } from './tradeoff-world.ts';

/** One search of one trade-off world by one arm. */
export type TradeoffJob = {
  readonly arm: string;
  readonly components: 'all' | 'round robin';
  readonly world: number;
  readonly calls: number;
};

export type TradeoffFound = TradeoffJob & {
  readonly truth: number;
  /** True score in the family that must pass. */
  readonly mustPass: number;
  readonly dev: number;
  readonly overshoot: number;
};

export function runJob(job: TradeoffJob): TradeoffFound {
  const engine = ARMS[job.arm];
  if (engine === undefined) throw new Error(`no arm ${job.arm}`);
  const settings = { calls: job.calls, iterations: job.calls, seed: job.world };
  const { text, dev, overshoot } = searchWorld(engine, tradeoffWorld(job.world, job.components), settings);
  const truth = (family?: number) => tradeoffTruth(job.world, textsOf(text), family);
  return { ...job, truth: truth(), mustPass: truth(MUST_PASS_FAMILY), dev, overshoot };
}

parentPort?.on('message', (job: TradeoffJob) => parentPort?.postMessage(runJob(job)));
