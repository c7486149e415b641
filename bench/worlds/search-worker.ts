import { parentPort } from 'node:worker_threads';
import { checklistTruth, readChecklist } from '../../src/os/models/world/checklist.ts';
import { hackedPass } from '../../src/os/models/world/hack.ts';
import { ARMS } from './arms.ts';
import { checklistWorld } from './checklist-world.ts';
import { searchWorld } from './harness.ts';

/** One search of one world by one arm. */
export type SearchJob = {
  readonly arm: string;
  readonly world: number;
  readonly calls: number;
  readonly hacks: boolean;
};

export type SearchFound = SearchJob & {
  readonly truth: number;
  readonly dev: number;
  readonly hacked: boolean;
  readonly overshoot: number;
  readonly proposals: number;
};

export function runJob(job: SearchJob): SearchFound {
  const engine = ARMS[job.arm];
  if (engine === undefined) throw new Error(`no arm ${job.arm}`);
  const world = checklistWorld(job.world, { hacks: job.hacks });
  const { text, dev, overshoot, proposals } = searchWorld(engine, world, {
    calls: job.calls,
    iterations: job.calls,
    seed: job.world,
  });
  const { hacked } = readChecklist(text);
  const truth = hacked ? hackedPass('independent') : checklistTruth(job.world, text);
  return { ...job, truth, dev, hacked, overshoot, proposals };
}

parentPort?.on('message', (job: SearchJob) => parentPort?.postMessage(runJob(job)));
