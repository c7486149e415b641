import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../src/os/json.ts';
import { openJsEngine } from '../src/os/steps/js/engine.ts';
import { openSandbox } from '../src/os/steps/js/sandbox.ts';
import { measured, median, program, ratio, takeSamples } from './harness.ts';
import { atMost, figures, type Section } from './table.ts';

/** What an isolated step costs: one call of a small function over a small artifact, its thread warm. */

const FILE = 'js-step.ts';

const SOURCE = `
export function rank({ notes, wanted }) {
  const score = (note) => wanted.filter((word) => note.text.includes(word)).length;
  return { notes: notes.map((note) => ({ ...note, score: score(note) })).sort((a, b) => b.score - a.score).slice(0, 5) };
}`;

const INPUT: Json = {
  wanted: ['skill', 'run', 'log'],
  notes: Array.from({ length: 20 }, (_, i) => ({
    id: i,
    text: `note ${i}: a ${['skill', 'run', 'log', 'phase'][i % 4]}`,
  })),
};

type Variant = { call(): Promise<void>; close(): Promise<void> };

const V8 = 'the function in V8, JSON in and out';
const EMPTY = 'a fresh QuickJS, nothing called';
const STEP = 'the step in the engine';

const VARIANTS: Readonly<Record<string, () => Promise<Variant>>> = {
  [V8]: async () => {
    const module: { rank(input: Json): Json } = await import(`data:text/javascript,${encodeURIComponent(SOURCE)}`);
    const input = JSON.stringify(INPUT);
    return {
      call: async () => void JSON.stringify(module.rank(JSON.parse(input))),
      close: async () => undefined,
    };
  },
  [EMPTY]: async () => {
    const { quickjs } = await openSandbox();
    return {
      call: async () => {
        const runtime = quickjs.newRuntime();
        const context = runtime.newContext();
        context.evalCode('0').unwrap().dispose();
        context.dispose();
        runtime.dispose();
      },
      close: async () => undefined,
    };
  },
  [STEP]: async () => {
    const engine = openJsEngine();
    const { signal } = new AbortController();
    const call = { modules: { 'rank.js': SOURCE }, module: 'rank.js', function: 'rank', input: INPUT, seed: 'bench' };
    return {
      call: async () => {
        const end = await engine.run(call, signal);
        if (!end.ok) throw new Error(end.message);
      },
      close: () => engine.close(),
    };
  },
};

export async function jsStep(quick: boolean, say: (line: string) => void): Promise<Section> {
  const rounds = quick ? 3 : 9;
  const plan = quick ? ['50', '20'] : ['400', '100'];
  const names = Object.keys(VARIANTS);
  const samples = takeSamples(
    names.map((name) => program(name, FILE, ['time', name, ...plan])),
    rounds,
    say,
  );
  const rows = names.map((name) => [
    name,
    figures(measured(samples, name, 'apart')),
    name === V8 ? '1' : figures(ratio(samples, name, V8, 'apart')),
    figures(measured(samples, name, 'inRow')),
    figures(measured(samples, name, 'first')),
  ]);
  return {
    title: 'Isolated step',
    about: ABOUT,
    header: ['', 'ms per call', '÷ V8', 'ms per call, without a pause', 'ms, first call'],
    rows,
    aims: [atMost('a warm step, in ms', measured(samples, STEP, 'apart').median, 2)],
  };
}

const ABOUT = `A function of 4 lines ranks 20 notes (1 KB of JSON). The engine runs each call in a QuickJS of its own, in a thread that
is warm; it makes the next one ready after it has answered, so that a call that follows at once waits for that: *without a
pause*. The other calls are 5 ms apart. *First call* starts the thread and loads QuickJS.`;

/** One sample: the first call, calls nobody times, then calls without a pause and calls apart. */
async function timeCalls(name: string, many: number, few: number): Promise<void> {
  const open = VARIANTS[name];
  if (open === undefined) throw new Error(`no contender ${name}`);
  const { call, close } = await open();
  const timed = async (): Promise<number> => {
    const start = performance.now();
    await call();
    return performance.now() - start;
  };
  const first = await timed();
  for (let i = 0; i < many; i++) await call();
  const inRow: number[] = [];
  for (let i = 0; i < many; i++) inRow.push(await timed());
  const apart: number[] = [];
  for (let i = 0; i < few; i++) {
    await sleep(5);
    apart.push(await timed());
  }
  await close();
  console.log(JSON.stringify({ first, inRow: median(inRow), apart: median(apart) }));
}

if (import.meta.main) {
  const [what, name = '', many, few] = process.argv.slice(2);
  if (what === 'time') await timeCalls(name, Number(many), Number(few));
}
