import { average, bootstrap, share, written } from './intervals.ts';
import { doJobs } from './jobs.ts';
import { worldOptions } from './options.ts';
import { publishWorld, table } from './publish.ts';
import type { TradeoffFound, TradeoffJob } from './tradeoff-worker.ts';

/**
 * W5: engines where two components have to work together, and one family of cases must pass.
 * `node bench/worlds/w5.ts [--seeds 60] [--jobs 2] [--write]`. Nothing was tuned on these worlds.
 */

const BUDGETS = [600, 1200, 2400];
const ARMS = ['race', 'gepa', 'greedy', 'best_of_n', 'ungated'];
const COMPONENTS = ['round robin', 'all'] as const;
/** True scores that the contract gives for the published GEPA. */
const REFERENCE = { 'round robin': [0.384, 0.641, 0.837], all: [0.672, 0.825, 0.865] };
const WORKER = new URL('./tradeoff-worker.ts', import.meta.url);

const { jobs, seeds, from, write } = worldOptions(60, 5000);
const todo: TradeoffJob[] = ARMS.flatMap((arm) =>
  COMPONENTS.flatMap((components) =>
    BUDGETS.flatMap((calls) => Array.from({ length: seeds }, (_, i) => ({ arm, components, calls, world: from + i }))),
  ),
);
const found = await doJobs<TradeoffJob, TradeoffFound>(WORKER, todo, jobs);

const rows = COMPONENTS.flatMap((components) => [
  ...ARMS.map((arm) => {
    const of = (calls: number) =>
      found.filter((one) => one.arm === arm && one.components === components && one.calls === calls);
    const last = of(BUDGETS.at(-1) ?? 0);
    return [
      arm,
      components,
      ...BUDGETS.map((calls) =>
        written(
          bootstrap(
            of(calls).map(({ truth }) => truth),
            `${arm}|${components}|${calls}`,
          ),
        ),
      ),
      share(average(last.map(({ mustPass }) => mustPass))),
      share(average(last.map(({ dev, truth }) => dev - truth)), true),
    ];
  }),
  ['_published GEPA_', components, ...REFERENCE[components].map((value) => share(value)), '', ''],
]);
const overshoot = found.reduce((most, one) => Math.max(most, one.overshoot), 0);
const text = [
  `Worlds ${from} to ${from + seeds - 1}. *Components*: whether a proposal may change both texts or one after the other. Most runs beyond a budget: ${overshoot}.`,
  table(['arm', 'components', ...BUDGETS.map(String), 'must-pass family @2400', 'dev − true @2400'], rows),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (write) publishWorld('w5', text);
