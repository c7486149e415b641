import fs from 'node:fs';
import { join } from 'node:path';
import { countingDisk, nodeDisk } from '../src/os/disk.ts';
import { countCalls, measured, median, program, ratio, takeSamples } from './harness.ts';
import { freshDir, hasStrace } from './machine.ts';
import { openReynEngine, type StepsSkill } from './reyn-engine.ts';
import { answer, doStep, type EngineOptions, type OpenEngine, syncFolder } from './step.ts';
import { atMost, figure, figures, type Section } from './table.ts';

/**
 * What a durable step costs: a run of 20 steps, each one instant answer of a model and one small file written
 * atomically, with the state of the run on disk after every step.
 */

const FILE = 'durable-step.ts';
const SHORT = 20;
const LONG = 220;

type Variant = { readonly open: () => Promise<OpenEngine>; readonly synced: boolean };

async function peer(file: string): Promise<OpenEngine> {
  const module: { open: OpenEngine } = await import(new URL(`./peers/${file}`, import.meta.url).href);
  return module.open;
}

const reyn = (skill: StepsSkill) => async (): Promise<OpenEngine> => (dir) => openReynEngine(dir, skill);

const VARIANTS: Readonly<Record<string, Variant>> = {
  'plain loop': { open: async () => openLoop, synced: true },
  'Reyn, a turn per step': { open: reyn('steps_by_turn'), synced: true },
  'Reyn, a phase per step': { open: reyn('steps_by_phase'), synced: true },
  'LangGraph, SQLite, as it ships': { open: () => peer('langgraph.mjs'), synced: false },
  'LangGraph, SQLite, synced': { open: () => peer('langgraph.mjs'), synced: true },
  'XState, synced snapshot': { open: () => peer('xstate.mjs'), synced: true },
  'Mastra, libSQL, as it ships': { open: () => peer('mastra.mjs'), synced: false },
  'Mastra, libSQL, synced': { open: () => peer('mastra.mjs'), synced: true },
};

const FLOOR = 'plain loop';
const REYN = 'Reyn, a turn per step';
/** Bytes the plain loop logs for each step: what Reyn is allowed. */
const LINE = 1000;

/** The floor: per step one line appended and flushed, then the same atomic write; nothing else. */
const openLoop: OpenEngine = async (dir, options) => {
  fs.mkdirSync(join(dir, 'out'));
  return {
    run: async (name, steps) => {
      const fd = fs.openSync(join(dir, `${name}.jsonl`), 'ax');
      const log = (event: object): void => {
        fs.writeSync(fd, `${JSON.stringify(event)}\n`);
        fs.fdatasyncSync(fd);
      };
      log({ type: 'started', name, steps });
      for (let step = 0; step < steps; step++) {
        const text = await answer(name, step, options.modelMs);
        log({ type: 'step', step, text, filler: '.'.repeat(LINE - 70) });
        await doStep(dir, name, step, options);
      }
      syncFolder(join(dir, 'out'));
      log({ type: 'finished' });
      fs.closeSync(fd);
    },
    close: async () => undefined,
  };
};

export async function durableStep(quick: boolean, say: (line: string) => void): Promise<Section> {
  const rounds = quick ? 3 : 9;
  const plan = quick ? ['3', '5', '1'] : ['20', '30', '5'];
  const contenders = Object.keys(VARIANTS).map((name) => program(name, FILE, ['time', name, ...plan]));
  const samples = takeSamples(contenders, rounds, say);
  const logged = await countPerStep('steps_by_turn', LONG, () => 0);
  const rows = Object.keys(VARIANTS).map((name) => {
    say(`counting ${name}`);
    return [
      name,
      figures(measured(samples, name, 'step')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'step')),
      figures(measured(samples, name, 'short')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'short')),
      figures(measured(samples, name, 'first')),
      hasStrace() ? figure(flushesPerStep(name)) : '–',
    ];
  });
  const persisting = Object.keys(VARIANTS).filter((name) => name !== FLOOR && !name.startsWith('Reyn'));
  return {
    title: 'Durable step',
    about: ABOUT,
    header: [
      '',
      'µs per further step',
      '÷ loop',
      `ms per run of ${SHORT}`,
      '÷ loop',
      'ms, first run',
      'flushes per step',
    ],
    rows,
    aims: [
      atMost('a further step ÷ the plain loop', ratio(samples, REYN, FLOOR, 'step').median, 1.3),
      atMost(`a run of ${SHORT} ÷ the plain loop`, ratio(samples, REYN, FLOOR, 'short').median, 1.3),
      ...persisting.map((name) => atMost(`a run of ${SHORT} ÷ ${name}`, ratio(samples, REYN, name, 'short').median, 1)),
      atMost('flushes per step, of the log and of the file', hasStrace() ? flushesPerStep(REYN) : Number.NaN, 2),
      atMost('bytes of the log per step', logged.bytes, 1000),
    ],
  };
}

const ABOUT = `A run of ${SHORT} steps; each asks a model that answers at once, writes one small file atomically (temporary file, fsync,
rename) and leaves the run's state on disk. The plain loop appends ${LINE} bytes to a log and flushes them before each such
write, and does nothing else. *Per further step* is what a run of ${LONG} takes more than one of ${SHORT}, divided by ${LONG - SHORT}; *first run* is
the first one in a process. Flushes (fsync and fdatasync of anything) are counted by strace.

Peers persist every step: LangGraph one checkpoint and its writes, Mastra a snapshot before and after a step, XState the
snapshot of the machine, replaced atomically. *As it ships* means that a commit survives the death of the process but not
a power cut (\`synchronous = NORMAL\` in WAL mode); *synced* is \`synchronous = FULL\`, and for LangGraph \`durability: 'sync'\`.
LangGraph's checkpointer runs over \`node:sqlite\` instead of better-sqlite3 (\`peers/sqlite-shim\`), with the same settings.`;

/**
 * What one further step costs Reyn: exact, and the same in every run. `flushes` is of anything, by `flushed`, a count
 * that the caller keeps; `writes` and `bytes` are the log's.
 */
export async function countPerStep(skill: StepsSkill, long: number, flushed: () => number): Promise<StepCounts> {
  const dir = freshDir();
  const disk = countingDisk(nodeDisk);
  const engine = await openReynEngine(dir, skill, disk);
  const now = (): StepCounts => ({ ...disk.counts, flushes: flushed() });
  const counted = async (name: string, steps: number): Promise<StepCounts> => {
    const before = now();
    await engine.run(name, steps);
    return combine(now(), before, (after, was) => after - was);
  };
  try {
    await engine.run('first', SHORT); // makes the store, and what all runs share
    const short = await counted('short', SHORT);
    return combine(await counted('long', long), short, (more, less) => (more - less) / (long - SHORT));
  } finally {
    await engine.close();
    fs.rmSync(dir, { recursive: true });
  }
}

export type StepCounts = Record<'writes' | 'bytes' | 'syncs' | 'flushes', number>;

function combine(a: StepCounts, b: StepCounts, of: (a: number, b: number) => number): StepCounts {
  const { writes, bytes, syncs, flushes } = a;
  return {
    writes: of(writes, b.writes),
    bytes: of(bytes, b.bytes),
    syncs: of(syncs, b.syncs),
    flushes: of(flushes, b.flushes),
  };
}

function flushesPerStep(name: string): number {
  const [short = 0, long = 0] = [SHORT, LONG].map((steps) =>
    countCalls(['fsync', 'fdatasync'], FILE, ['once', name, String(steps)]),
  );
  return (long - short) / (LONG - SHORT);
}

async function withEngine(name: string, dir: string, act: (run: (steps: number) => Promise<number>) => Promise<void>) {
  const variant = VARIANTS[name];
  if (variant === undefined) throw new Error(`no contender ${name}`);
  const options: EngineOptions = { synced: variant.synced, modelMs: 0, files: true };
  const engine = await (await variant.open())(dir, options);
  let runs = 0;
  await act(async (steps) => {
    const name = `run-${++runs}`;
    const start = performance.now();
    await engine.run(name, steps);
    return performance.now() - start;
  });
  await engine.close();
}

/** One sample: the first run, runs nobody times, then short and long runs in turn. */
async function timeRuns(name: string, [warmUps = 0, shorts = 1, longs = 1]: readonly number[], dir: string) {
  await withEngine(name, dir, async (run) => {
    const first = await run(SHORT);
    for (let i = 0; i < warmUps; i++) await run(SHORT);
    await run(LONG);
    const short: number[] = [];
    const long: number[] = [];
    for (let i = 0; i < shorts; i++) {
      short.push(await run(SHORT));
      if (i % Math.ceil(shorts / longs) === 0) long.push(await run(LONG));
    }
    const step = ((median(long) - median(short)) / (LONG - SHORT)) * 1000;
    console.log(JSON.stringify({ first, short: median(short), step }));
  });
}

if (import.meta.main) {
  const [what, name = '', ...rest] = process.argv.slice(2);
  const dir = rest.at(-1) ?? '';
  if (what === 'time') await timeRuns(name, rest.slice(0, -1).map(Number), dir);
  if (what === 'once') await withEngine(name, dir, async (run) => void (await run(Number(rest[0]))));
}
