import { parentPort } from 'node:worker_threads';
import { type Job, runJob } from './verdict-jobs.ts';

parentPort?.on('message', ({ at, job }: { at: number; job: Job }) =>
  parentPort?.postMessage({ at, counts: runJob(job) }),
);
