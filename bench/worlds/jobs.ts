import { Worker } from 'node:worker_threads';

/** Has jobs done by `threads` workers of a file, and gives what they found in the order of the jobs. */
export async function doJobs<Job, Found>(file: URL, jobs: readonly Job[], threads: number): Promise<Found[]> {
  const found: Found[] = [];
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(file);
      let at = -1;
      const hand = () => {
        at = next++;
        if (at < jobs.length) worker.postMessage(jobs[at]);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (one: Found) => {
        found[at] = one;
        hand();
      });
      worker.on('error', reject);
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return found;
}
