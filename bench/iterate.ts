import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openReyn } from '../src/reyn.ts';
import { countCalls, type Measures, measured, program, ratio, takeSamples } from './harness.ts';
import { atLeast, figure, figures, type Section } from './table.ts';

/** One run that goes through a thousand items, a sub-skill for each: how near that comes to waiting for models only. */

const FILE = 'iterate.ts';
const ITEMS = 1000;
/** As `bench/skills/fan_out` says. */
const AT_ONCE = 100;
const MODEL_MS = 200;
const IDEAL = (ITEMS / AT_ONCE) * MODEL_MS;

const FLOOR = 'plain loop';
const REYN = 'Reyn';

const CONFIG = `model: scripted
limits: { max_turns: 100000, max_ops: 100000, output_bytes: 1000000000, seconds: 100000 }
`;

/** Goes through `items` once, in the folder it was opened for. */
type Fan = { readonly go: (items: number) => Promise<void>; readonly close: () => Promise<void> };

const VARIANTS: Readonly<Record<string, (dir: string) => Promise<Fan>>> = {
  [FLOOR]: async (dir) => openLoop(dir),
  [REYN]: openFanOut,
};

const datasync = promisify(fs.fdatasync);

/** The floor: for each item a folder with one log, flushed when the item begins and when it ends. */
function openLoop(dir: string): Fan {
  let made = 0;
  const item = async () => {
    const folder = join(dir, `item-${++made}`);
    fs.mkdirSync(folder);
    const fd = fs.openSync(join(folder, 'events.jsonl'), 'ax');
    const log = (event: object) => fs.writeSync(fd, `${JSON.stringify(event)}\n`);
    log({ type: 'started', folder, filler: '.'.repeat(1500) });
    await datasync(fd);
    await sleep(MODEL_MS);
    log({ type: 'finished', filler: '.'.repeat(500) });
    await datasync(fd);
    fs.closeSync(fd);
  };
  return {
    go: async (items) => {
      let begun = 0;
      const work = async () => {
        while (begun++ < items) await item();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    close: async () => undefined,
  };
}

async function openFanOut(dir: string): Promise<Fan> {
  fs.writeFileSync(join(dir, 'reyn.yaml'), CONFIG);
  for (const skill of ['fan_out', 'say_it']) {
    fs.cpSync(join(import.meta.dirname, 'skills', skill), join(dir, 'reyn', 'project', skill), { recursive: true });
  }
  const reyn = await openReyn({ root: dir, env: { REYN_TRUST_PROJECT: '1' } });
  return {
    go: async (items) => {
      const value = { items: Array.from({ length: items }, (_, i) => i) };
      const { status, reason } = await reyn.run('fan_out', { value });
      if (status !== 'finished') throw new Error(`the run ended ${status}: ${reason?.message ?? ''}`);
    },
    close: () => reyn.close(),
  };
}

const SYNCS = ['fsync', 'fdatasync'];

/** Flushes of a whole program that goes through `items`, counted by strace. */
function syncsOf(name: string, items: number): number {
  return countCalls(SYNCS, FILE, ['count', name, String(items)]);
}

/** Exact but for chance: how many share a flush depends on who waits at the time. */
function syncsPerItem(name: string): number {
  return (syncsOf(name, ITEMS) - syncsOf(name, 0)) / ITEMS;
}

export async function iterate(quick: boolean, say: (line: string) => void): Promise<Section> {
  const names = Object.keys(VARIANTS);
  const samples = takeSamples(
    names.map((name) => program(name, FILE, ['time', name])),
    quick ? 1 : 5,
    say,
  );
  return {
    title: `Iterate over ${ITEMS.toLocaleString('en-US')} sub-skills`,
    about: ABOUT,
    header: ['', 'share of the ideal', 'seconds', '÷ loop', 'µs of processor per item', 'flushes per item'],
    rows: names.map((name) => [
      name,
      figures(measured(samples, name, 'share')),
      figures(measured(samples, name, 'seconds')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'seconds')),
      figures(measured(samples, name, 'cpu')),
      figure(syncsPerItem(name)),
    ]),
    aims: [atLeast('share of the ideal', measured(samples, REYN, 'share').median, 0.9)],
  };
}

const ABOUT = `One run whose \`iterate\` starts a sub-skill for each of ${ITEMS.toLocaleString('en-US')} items, ${AT_ONCE} at a time; the model takes ${MODEL_MS} ms for each,
so the ideal is ${figure(IDEAL / 1000)} s. A sub-run is a run: a folder with a log of its own, opened and closed in the project's log, its
intent and its receipt in the log of the run that started it, each durable before the next thing happens. The plain loop makes a
folder with a log for each item and flushes that when the item begins and when it ends. Flushes (fsync and fdatasync of
anything) are counted by strace in a run of their own.`;

async function timeItems(name: string, dir: string): Promise<Measures> {
  const fan = await opened(name, dir);
  await fan.go(2);
  const before = process.cpuUsage();
  const start = performance.now();
  await fan.go(ITEMS);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await fan.close();
  return { share: IDEAL / ms, seconds: ms / 1000, cpu: (user + system) / ITEMS };
}

async function opened(name: string, dir: string): Promise<Fan> {
  const variant = VARIANTS[name];
  if (variant === undefined) throw new Error(`no contender ${name}`);
  return variant(dir);
}

if (import.meta.main) {
  const [what, name = '', ...rest] = process.argv.slice(2);
  const dir = rest.at(-1) ?? '';
  if (what === 'time') console.log(JSON.stringify(await timeItems(name, dir)));
  if (what === 'count') {
    const fan = await opened(name, dir);
    await fan.go(Number(rest[0]));
    await fan.close();
  }
}
