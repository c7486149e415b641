import { ARMS } from './arms.ts';
import { average, bootstrap, share, written } from './intervals.ts';
import { doJobs } from './jobs.ts';
import { worldOptions } from './options.ts';
import { publishWorld, table } from './publish.ts';
import type { SearchFound, SearchJob } from './search-worker.ts';

/**
 * W1: how good the text is that a search finds. `node bench/worlds/w1.ts [--seeds 100] [--jobs 2] [--write]`.
 *
 * Engines were tuned on worlds 1000 to 1059 and 2000 to 2059; what is reported comes from worlds 5000 and up.
 */

const BUDGETS = [300, 600, 1200, 2400];
/** True scores that the contract gives for these worlds, in thousandths, by budget. */
const REFERENCE: Readonly<Record<string, readonly number[]>> = {
  'published GEPA, Pareto': [271, 434, 660, 808],
  'best row of the contract': [346, 575, 748, 811],
};
const WORKER = new URL('./search-worker.ts', import.meta.url);

const { jobs, seeds, from, write } = worldOptions(100, 5000);
const arms = Object.keys(ARMS);
const todo: SearchJob[] = arms.flatMap((arm) =>
  BUDGETS.flatMap((calls) => Array.from({ length: seeds }, (_, i) => ({ arm, calls, world: from + i, hacks: false }))),
);
const found = await doJobs<SearchJob, SearchFound>(WORKER, todo, jobs);
const of = (arm: string, calls: number) => found.filter((one) => one.arm === arm && one.calls === calls);
const truths = (arm: string, calls: number) => of(arm, calls).map(({ truth }) => truth);

const scores = table(
  ['arm', ...BUDGETS.map(String), 'dev − true @2400', 'proposals @2400'],
  [
    ...arms.map((arm) => {
      const last = of(arm, BUDGETS.at(-1) ?? 0);
      return [
        arm,
        ...BUDGETS.map((calls) => written(bootstrap(truths(arm, calls), `${arm}|${calls}`))),
        share(average(last.map(({ dev, truth }) => dev - truth)), true),
        average(last.map(({ proposals }) => proposals)).toFixed(0),
      ];
    }),
    ...Object.entries(REFERENCE).map(([name, row]) => [
      `_${name}_`,
      ...row.map((value) => share(value / 1000)),
      '',
      '',
    ]),
  ],
);

const claims = [
  ...['race', 'gepa'].map((arm) => [
    `${arm} − published GEPA`,
    ...BUDGETS.map((calls, i) => against(truths(arm, calls), REFERENCE, i)),
  ]),
  ...['gepa', 'gepa, current best', 'greedy'].map((other) => [
    `race − our ${other}, paired by world`,
    ...BUDGETS.map((calls) => paired(truths('race', calls), truths(other, calls))),
  ]),
];

function paired(values: readonly number[], others: readonly number[]): string {
  return between(values.map((value, i) => value - (others[i] ?? Number.NaN)));
}

function against(values: readonly number[], rows: typeof REFERENCE, budget: number): string {
  const reference = (rows['published GEPA, Pareto']?.[budget] ?? Number.NaN) / 1000;
  return between(values.map((value) => value - reference));
}

function between(values: readonly number[]): string {
  const { mean, low, high } = bootstrap(values, 'difference');
  return `${share(mean, true)} (${share(low, true)} to ${share(high, true)})`;
}

const overshoot = Math.max(...found.map((one) => one.overshoot));
const text = [
  `True score of the text that was found, mean over worlds ${from} to ${from + seeds - 1}, ± half of the 95 % interval (bootstrap), by budget of calls.`,
  scores,
  'Differences with their 95 % intervals:',
  table(['difference', ...BUDGETS.map(String)], claims),
  `Largest overshoot of a budget: ${overshoot} calls.`,
].join('\n\n');
process.stdout.write(`${text}\n`);
if (write) publishWorld('w1', text);
