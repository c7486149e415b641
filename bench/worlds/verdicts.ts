/**
 * Measures the rule of verdicts in simulated worlds, and naive gates in the same worlds.
 *
 *   node bench/worlds/verdicts.ts [--worlds 400] [--write]
 *
 * With --write the tables go into bench/worlds/README.md, and the power table into the sources. The numbers depend on
 * nothing but the number of worlds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { NULL_WORLDS } from '../../src/os/models/world/null.ts';
import type { GateName } from './naive-gates.ts';
import type { Counts, Job } from './verdict-jobs.ts';

type Ask = Job extends infer J ? (J extends Job ? Omit<J, 'from' | 'to'> : never) : never;

const CHUNK = 50;
const NULL_SIZES = [30, 60] as const;
const TRADEOFF_SIZES = [40, 60, 100] as const;
const POWER_SIZES = [12, 16, 20, 30, 40, 50, 75, 100] as const;
const SHOWN_SIZES = [12, 20, 30, 50, 100] as const;
const GAINS = [0, 0.1, 0.15, 0.2, 0.3] as const;
const NAIVE: readonly GateName[] = ['once', 'pooled', 'mean test'];

/** Answers all asks, each in ranges of worlds that workers share. */
async function measure(asks: readonly Ask[], worlds: number): Promise<readonly Counts[]> {
  const jobs = asks.flatMap((ask, at) => {
    const from = Array.from({ length: Math.ceil(worlds / CHUNK) }, (_, chunk) => chunk * CHUNK);
    return from.map((first) => ({ at, job: { ...ask, from: first, to: Math.min(worlds, first + CHUNK) } as Job }));
  });
  const totals: Counts[] = asks.map(() => ({ worlds: 0, promoted: 0, runs: 0 }));
  const left = jobs[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: Math.min(jobs.length, availableParallelism()) }, () => {
      const worker = new Worker(new URL('./verdict-worker.ts', import.meta.url));
      return new Promise<void>((resolve, reject) => {
        const give = () => {
          const next = left.next();
          if (next.done === true) void worker.terminate().then(() => resolve());
          else worker.postMessage(next.value);
        };
        worker.on('error', reject);
        worker.on('message', ({ at, counts }: { at: number; counts: Counts }) => {
          const so = totals[at] as Counts;
          totals[at] = {
            worlds: so.worlds + counts.worlds,
            promoted: so.promoted + counts.promoted,
            runs: so.runs + counts.runs,
          };
          give();
        });
        give();
      });
    }),
  );
  return totals;
}

/** Wilson's 95 % interval of a share. */
export function wilson(hits: number, of: number): readonly [number, number] {
  const z = 1.959964;
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const shown = (value: number) => value.toFixed(3).replace(/^0/, '');
const cell = ({ promoted, worlds }: Counts) => {
  const [low, high] = wilson(promoted, worlds);
  return `${shown(promoted / worlds)} (${shown(low)}–${shown(high)})`;
};
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

async function nullTables(worlds: number): Promise<string> {
  const gates = ['verdict', ...NAIVE] as const;
  const columns = NULL_WORLDS.flatMap((kind) => NULL_SIZES.map((clusters) => ({ kind, clusters })));
  const section = async (what: 'null' | 'nights') => {
    const asks = gates.flatMap((gate) => columns.map((column): Ask => ({ what, gate, ...column })));
    const counts = await measure(asks, worlds);
    const rows = columns.map(({ kind, clusters }, at) => [
      kind,
      String(clusters),
      ...gates.map((_, gate) => cell(counts[gate * columns.length + at] as Counts)),
    ]);
    return table(['world', 'clusters', 'verdict', 'one run each', 'pooled, peeking', 'flat 5 %'], rows);
  };
  return `One night: a changed text that is no better is promoted in\n\n${await section('null')}\n\nTen nights on the same sealed cases, any false promotion:\n\n${await section('nights')}`;
}

async function tradeoffTable(worlds: number): Promise<string> {
  const gates = ['verdict', 'mean test', 'once'] as const;
  const columns = (['breaker', 'good'] as const).flatMap((candidate) =>
    TRADEOFF_SIZES.map((clusters) => ({ candidate, clusters })),
  );
  const asks = gates.flatMap((gate) => columns.map((column): Ask => ({ what: 'tradeoff', gate, ...column })));
  const counts = await measure(asks, worlds);
  const rows = columns.map(({ candidate, clusters }, at) => [
    candidate,
    String(clusters),
    ...gates.map((_, gate) => cell(counts[gate * columns.length + at] as Counts)),
  ]);
  return table(['candidate', 'clusters', 'verdict', 'mean test alone', 'one run each'], rows);
}

async function powerTables(worlds: number): Promise<{ readonly text: string; readonly source: string }> {
  const attempts = [0, 1, 2] as const;
  const asks = attempts.flatMap((attempt) =>
    GAINS.flatMap((gain) => POWER_SIZES.map((clusters): Ask => ({ what: 'power', gain, clusters, attempt }))),
  );
  const counts = await measure(asks, worlds);
  const of = (attempt: number, gain: number, clusters: number) => {
    const index = asks.findIndex(
      (ask) => ask.what === 'power' && ask.attempt === attempt && ask.gain === gain && ask.clusters === clusters,
    );
    return counts[index] as Counts;
  };
  const sizes = SHOWN_SIZES.map((clusters) => `n = ${clusters}`);
  const part = (attempt: number) =>
    table(
      ['true gain', ...sizes],
      [
        ...GAINS.map((gain) => [
          gain === 0 ? '0 (sharp null)' : `+${shown(gain).slice(0, 3)}`,
          ...SHOWN_SIZES.map((clusters) => shown(of(attempt, gain, clusters).promoted / worlds)),
        ]),
        [
          'mean runs, null / +.30',
          ...SHOWN_SIZES.map((clusters) =>
            [0, 0.3].map((gain) => Math.round(of(attempt, gain, clusters).runs / worlds)).join(' / '),
          ),
        ],
      ],
    );
  const text = `With α = .05 and no ledger:\n\n${part(0)}\n\nThe first verdict of a lineage (α = .0304):\n\n${part(1)}\n\nThe second (α = .0076):\n\n${part(2)}`;
  const rows = POWER_SIZES.map((clusters) => ({
    clusters,
    rows: GAINS.filter((gain) => gain > 0).map((gain) => ({
      gain,
      first: Number((of(1, gain, clusters).promoted / worlds).toFixed(3)),
      second: Number((of(2, gain, clusters).promoted / worlds).toFixed(3)),
      runs: Math.round(of(1, gain, clusters).runs / worlds),
    })),
  }));
  return { text, source: sourceOf(rows) };
}

function sourceOf(rows: readonly { clusters: number; rows: readonly object[] }[]): string {
  const lines = rows.map(({ clusters, rows: cells }) => {
    const inner = cells.map(
      (each) =>
        `      ${JSON.stringify(each)
          .replace(/"(\w+)":/g, ' $1: ')
          .replace('}', ' }')},`,
    );
    return `  {\n    clusters: ${clusters},\n    rows: [\n${inner.join('\n').replaceAll(',  ', ', ').replaceAll('{  ', '{ ').replaceAll(':  ', ': ')}\n    ],\n  },`;
  });
  return `import type { PowerRow } from './verdict.ts';\n\n/** Measured by \`node bench/worlds/verdicts.ts --write\`, which writes this file. */\nexport const POWER: readonly { readonly clusters: number; readonly rows: readonly PowerRow[] }[] = [\n${lines.join('\n')}\n];\n`;
}

const README = new URL('./README.md', import.meta.url);
const POWER_TABLE = new URL('../../src/learning/verdicts/power-table.ts', import.meta.url);
const [BEGIN, END] = ['<!-- verdicts: begin -->', '<!-- verdicts: end -->'];

function intoReadme(section: string): void {
  let text = `# Simulated worlds\n\n${BEGIN}\n${END}\n`;
  try {
    text = readFileSync(README, 'utf8');
  } catch {
    // it is written for the first time
  }
  if (!text.includes(BEGIN)) text = `${text.trimEnd()}\n\n${BEGIN}\n${END}\n`;
  const [before = '', rest = ''] = text.split(BEGIN);
  writeFileSync(README, `${before}${BEGIN}\n${section.trim()}\n${END}${rest.split(END)[1] ?? '\n'}`);
}

async function main(): Promise<void> {
  const options = { worlds: { type: 'string', default: '400' }, write: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ options });
  const worlds = Number(values.worlds);
  const nulls = await nullTables(worlds);
  const tradeoffs = await tradeoffTable(worlds);
  const power = await powerTables(worlds);
  const section = `## Verdicts

Share of ${worlds} worlds in which a candidate is promoted, with its 95 % Wilson interval. Made by \`node bench/worlds/verdicts.ts --worlds ${worlds} --write\`;
the same command gives the same numbers. "Verdict" is the rule as it ships, with 100,000 drawn flips; the others are gates that are often used.

### W2: nothing is better

${nulls}

### W5: a gain that breaks what must pass

The breaker gains in most cases and breaks the family that must pass; the good candidate gains as much and breaks nothing.

${tradeoffs}

A holdout of 40 has no case of the family in 1.5 % of worlds; there nobody can see that it breaks.

### Power

Share of verdicts that PASS. A case's pass probability is drawn from Beta(.6, .6); the candidate always passes a case with probability twice the gain, and
changes nothing else. ${worlds} worlds a cell, 10,000 drawn flips.

${power.text}
`;
  if (values.write !== true) return console.log(section);
  intoReadme(section);
  writeFileSync(POWER_TABLE, power.source);
}

if (import.meta.main) await main();
