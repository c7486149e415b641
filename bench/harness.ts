import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { freshDir, NODE, ROOT } from './machine.ts';

/**
 * Taking samples.
 *
 * H1. One process per sample, in an empty folder of its own.
 * H2. The contenders take turns: forward in one round, backward in the next, and the floor in every round.
 * H3. Ratios are formed within a round and then summarized, so that a slow minute hits both sides of each.
 */

/** What one sample found, by name. Times are in milliseconds unless the name says otherwise. */
export type Measures = Readonly<Record<string, number>>;

export type Contender = {
  readonly name: string;
  readonly sample: () => Measures;
};

/** Samples by contender, one for each round. */
export type Samples = ReadonlyMap<string, readonly Measures[]>;

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export function takeSamples(contenders: readonly Contender[], rounds: number, say: (line: string) => void): Samples {
  const samples = new Map<string, Measures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (const { name, sample } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      samples.get(name)?.push(sample());
    }
  }
  return samples;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1
      ? (sorted[Math.floor(middle)] ?? Number.NaN)
      : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

export function median(values: readonly number[]): number {
  return spread(values).median;
}

/** One measure of one contender over all rounds. */
export function measured(samples: Samples, name: string, measure: string): Spread {
  return spread((samples.get(name) ?? []).map((sample) => sample[measure] ?? Number.NaN));
}

/** The measure of `name` divided by that of `floor` in the same round (H3). */
export function ratio(samples: Samples, name: string, floor: string, measure: string): Spread {
  const below = samples.get(floor) ?? [];
  const quotients = (samples.get(name) ?? []).map(
    (sample, round) => (sample[measure] ?? Number.NaN) / (below[round]?.[measure] ?? Number.NaN),
  );
  return spread(quotients);
}

/**
 * A contender that is a program: `file` run by the pinned Node with `args` and the folder to work in. It prints its
 * measures as JSON on its last line.
 */
export function program(name: string, file: string, args: readonly string[], flags: readonly string[] = []): Contender {
  return { name, sample: () => inFreshDir((dir) => runProgram(file, [...args, dir], flags)) };
}

export function inFreshDir<T>(act: (dir: string) => T): T {
  const dir = freshDir();
  try {
    return act(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** @throws Error with what the program wrote when it fails. */
export function runProgram(file: string, args: readonly string[], flags: readonly string[] = []): Measures {
  const done = spawnSync(NODE, [...flags, join(ROOT, 'bench', file), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: sampleEnv(),
  });
  if (done.status !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${done.stderr}${done.stdout}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '') as Measures;
}

/** The environment of a sample: nothing that would make one contender talk to a network or a debugger. */
export function sampleEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const kept = Object.entries({ PATH, HOME, TMPDIR, REYN_TRUST_PROJECT: '1' }).filter(
    (entry) => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(kept), NODE_ENV: 'production', MASTRA_TELEMETRY_DISABLED: '1', ...extra };
}

/** How many times `calls` were made by `file` with `args`, counted by strace in all its threads. */
export function countCalls(calls: readonly string[], file: string, args: readonly string[]): number {
  return inFreshDir((dir) => {
    const report = join(dir, 'calls');
    const work = join(dir, 'work');
    fs.mkdirSync(work);
    const tracing = ['-f', '-qq', '-e', 'signal=none', '-e', `trace=${calls.join(',')}`, '-o', report];
    const done = spawnSync('strace', [...tracing, NODE, join(ROOT, 'bench', file), ...args, work], {
      env: sampleEnv(),
    });
    if (done.status !== 0) throw new Error(`strace of ${file} failed: ${done.stderr}`);
    const lines = fs.readFileSync(report, 'utf8').split('\n');
    return lines.filter((line) => line !== '' && !line.includes('resumed>')).length;
  });
}
