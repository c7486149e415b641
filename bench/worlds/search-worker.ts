import { parentPort } from 'node:worker_threads';
import { checklistTruth, readChecklist } from '../../src/os/models/world/checklist.ts';
import { type Grader, hackedPass } from '../../src/os/models/world/hack.ts';
import { ARMS } from './arms.ts';
import { checklistWorld } from './checklist-world.ts';
import { searchWorld } from './harness.ts';
import { promotes } from './verify-checklist.ts';

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
  /** Where the search's grader can be deceived: whether a verdict promotes what was found, by the grader it goes by. */
  readonly promoted?: { readonly deceived: boolean; readonly independent: boolean };
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
  const found = { ...job, truth, dev, hacked, overshoot, proposals };
  if (!job.hacks) return found;
  const promoted = (grader: Grader) => promotes(job.world, text, grader);
  return { ...found, promoted: { deceived: promoted('deceived'), independent: promoted('independent') } };
}

parentPort?.on('message', (job: SearchJob) => parentPort?.postMessage(runJob(job)));
