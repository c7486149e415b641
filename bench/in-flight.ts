import fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inFreshDir, measured, program, ratio, runProgram, spread, takeSamples } from './harness.ts';
import { openReynEngine } from './reyn-engine.ts';
import { answer, type OpenEngine } from './step.ts';
import { atLeast, atMost, figure, figures, type Section } from './table.ts';

/** A thousand runs at once, each waiting for a model most of the time: how near that comes to waiting only. */

const FILE = 'in-flight.ts';
const RUNS = 1000;
const TURNS = 20;
const MODEL_MS = 200;
const IDEAL = TURNS * MODEL_MS;

type Variant = { readonly open: () => Promise<OpenEngine>; readonly synced: boolean };

async function peer(file: string): Promise<OpenEngine> {
  const module: { open: OpenEngine } = await import(new URL(`./peers/${file}`, import.meta.url).href);
  return module.open;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  'plain loops': { open: async () => openLoops, synced: true },
  Reyn: { open: async () => (dir) => openReynEngine(dir, 'decisions'), synced: true },
  'LangGraph, SQLite, as it ships': { open: () => peer('langgraph.mjs'), synced: false },
  'XState, synced snapshot': { open: () => peer('xstate.mjs'), synced: true },
  'Mastra, libSQL, as it ships': { open: () => peer('mastra.mjs'), synced: false },
};
const FLOOR = 'plain loops';
const REYN = 'Reyn';

const pause = promisify(setTimeout);
const datasync = promisify(fs.fdatasync);

/** The floor: per run one log, flushed when it begins and when it ends, and one line per turn. */
const openLoops: OpenEngine = async (dir, options) => ({
  run: async (name, steps) => {
    const fd = fs.openSync(join(dir, `${name}.jsonl`), 'ax');
    const log = (event: object) => fs.writeSync(fd, `${JSON.stringify(event)}\n`);
    log({ type: 'started', name, steps });
    await datasync(fd);
    for (let step = 0; step < steps; step++) {
      log({ type: 'step', step, text: await answer(name, step, options.modelMs), filler: '.'.repeat(300) });
    }
    log({ type: 'finished' });
    await datasync(fd);
    fs.closeSync(fd);
  },
  close: async () => undefined,
});

export async function inFlight(quick: boolean, say: (line: string) => void): Promise<Section> {
  const names = quick ? [FLOOR, REYN] : Object.keys(VARIANTS);
  const contenders = names.map((name) => program(name, FILE, ['time', name], ['--expose-gc']));
  const samples = takeSamples(contenders, quick ? 1 : 3, say);
  const heap = spread(
    Array.from({ length: quick ? 1 : 3 }, () => {
      const held = inFreshDir((dir) => runProgram(FILE, ['heap', REYN, dir], ['--expose-gc']));
      return held.bytes === undefined ? Number.NaN : held.bytes / 1024;
    }),
  );
  return {
    title: `${RUNS.toLocaleString('en-US')} runs in flight`,
    about: ABOUT,
    header: ['', 'share of the ideal', 'seconds', '÷ loops', 'µs of processor per turn', 'KB of live heap per run'],
    rows: names.map((name) => [
      name,
      figures(measured(samples, name, 'share')),
      figures(measured(samples, name, 'seconds')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'seconds')),
      figures(measured(samples, name, 'cpu')),
      name === REYN ? figures(heap) : '–',
    ]),
    aims: [
      atLeast('share of the ideal', measured(samples, REYN, 'share').median, 0.9),
      atMost('KB of live heap per run', heap.median, 20),
    ],
  };
}

const ABOUT = `${RUNS.toLocaleString('en-US')} runs of ${TURNS} turns start at once in one process; the model takes ${MODEL_MS} ms for each turn, so the ideal is ${figure(IDEAL / 1000)} s. Each
run keeps a state of its own. The loops append a line for each turn and flush it when a run begins and when it ends; Reyn
flushes then, too (what a turn that cost nothing decided rides with the next flush); a peer persists every turn. Live heap is taken after a garbage collection
while every run waits for its model, less what the process held before.`;

async function opened(name: string, dir: string, modelMs: number) {
  const variant = VARIANTS[name];
  if (variant === undefined) throw new Error(`no contender ${name}`);
  return (await variant.open())(dir, { synced: variant.synced, modelMs, files: false });
}

async function timeRuns(name: string, dir: string) {
  const engine = await opened(name, dir, MODEL_MS);
  await engine.run('warm-up', 1);
  const before = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: RUNS }, (_, i) => engine.run(`run-${i}`, TURNS)));
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await engine.close();
  return { share: IDEAL / ms, seconds: ms / 1000, cpu: (user + system) / (RUNS * TURNS) };
}

/** Heap that runs hold while all of them wait: the model is made to take longer than it takes to start them. */
async function holdRuns(name: string, dir: string) {
  const engine = await opened(name, dir, MODEL_MS);
  const script = join(dir, 'reyn', 'project', 'decisions', 'evals', 'scripted.yaml');
  fs.writeFileSync(script, fs.readFileSync(script, 'utf8').replaceAll(`delay_ms: ${MODEL_MS}`, 'delay_ms: 20000'));
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('run with --expose-gc');
  const used = () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const hold = (from: number, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => engine.run(`run-${from + i}`, 1)));
  const waiting = async (count: number) => {
    while (fs.readdirSync(join(dir, '.reyn', 'runs')).length < count) await pause(100);
    await pause(1000);
  };
  const first = hold(0, 10);
  await waiting(10);
  const before = used();
  const rest = hold(10, RUNS);
  await waiting(10 + RUNS);
  const bytes = (used() - before) / RUNS;
  await Promise.all([first, rest]);
  await engine.close();
  return { bytes };
}

if (import.meta.main) {
  const [what, name = '', dir = ''] = process.argv.slice(2);
  if (what === 'time') console.log(JSON.stringify(await timeRuns(name, dir)));
  if (what === 'heap') console.log(JSON.stringify(await holdRuns(name, dir)));
}
