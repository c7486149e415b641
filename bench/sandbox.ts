import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { commandOf, prepareParts } from '../src/os/sandbox/command.ts';
import { openSandbox } from '../src/os/sandbox/open.ts';
import type { SandboxRequest } from '../src/os/sandbox/port.ts';
import { systemProgram } from '../src/os/sandbox/programs.ts';
import { hasFilter } from '../src/os/sandbox/seccomp/filter.ts';
import { measured, median, program, ratio, takeSamples } from './harness.ts';
import { atMost, figures, type Section } from './table.ts';

/** What the sandbox costs over bubblewrap itself: the shortest program, from the call to its end. */

const FILE = 'sandbox.ts';

const BARE = 'the program, nothing around it';
const DIRECT = 'bubblewrap, the same arguments';
const SANDBOX = 'the sandbox';
const NAMES = [BARE, DIRECT, SANDBOX];

const REQUEST: SandboxRequest = {
  argv: ['true'],
  cwd: '/tmp',
  mounts: [],
  env: {},
  limits: {
    wallMs: 60_000,
    cpuSeconds: 60,
    memoryBytes: 2 ** 32,
    outputBytes: 2 ** 20,
    fileBytes: 2 ** 26,
    processes: 64,
  },
  signal: new AbortController().signal,
};

export async function sandbox(quick: boolean, say: (line: string) => void): Promise<Section> {
  const rounds = quick ? 3 : 9;
  const samples = takeSamples(
    NAMES.map((name) => program(name, FILE, ['time', name, quick ? '20' : '60'])),
    rounds,
    say,
  );
  const rows = NAMES.map((name) => [
    name,
    figures(measured(samples, name, 'ms')),
    name === DIRECT ? '1' : figures(ratio(samples, name, DIRECT, 'ms')),
  ]);
  return {
    title: 'Sandbox',
    about: ABOUT,
    header: ['', 'ms per program', '÷ bubblewrap'],
    rows,
    aims: [atMost('the sandbox ÷ bubblewrap', ratio(samples, SANDBOX, DIRECT, 'ms').median, 1.3)],
  };
}

const ABOUT = `\`true\`, from the call until nothing of it is left. The sandbox checks the request, plans the mounts, opens the
descriptors, waits at the gate, and waits for the last process. Bubblewrap gets the same options, filter and files by the
same descriptors; the program is let go without a look, and its exit is the end.`;

async function variant(name: string): Promise<() => Promise<unknown>> {
  if (name === BARE) return () => ended('/usr/bin/true', [], []);
  if (name === SANDBOX) {
    const opened = openSandbox({ setting: 'auto', root: '/' });
    if (opened.backend === undefined) throw new Error(`${opened.reason} ${opened.hint}`);
    return () => opened.run(REQUEST);
  }
  const file = systemProgram('bwrap') ?? '';
  const { arch } = process;
  if (!hasFilter(arch)) throw new Error(`no filter for ${arch}`);
  const parts = await prepareParts(file, arch);
  const { args, options, open } = commandOf(parts, REQUEST, { env: {}, root: '/' });
  return () => ended(file, args, open(), options);
}

function ended(file: string, args: readonly string[], descriptors: readonly number[], options?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const pipes = options === undefined ? [] : (['pipe', 'pipe', 'pipe', ...descriptors] as const);
    const child = spawn(file, args, { env: {}, detached: true, stdio: ['ignore', 'pipe', 'pipe', ...pipes] });
    for (const descriptor of descriptors) closeSync(descriptor);
    if (options !== undefined) {
      (child.stdio[3] as Writable).write('go\n');
      (child.stdio[4] as Writable).end(options);
    }
    for (const pipe of child.stdio) {
      pipe?.on('error', () => undefined);
      if (pipe instanceof Readable) pipe.resume();
    }
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const pipe of child.stdio) pipe?.destroy();
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${code}`));
    });
  });
}

/** One sample: the median of `many` programs, one after another, after three nobody times. */
async function timeRuns(name: string, many: number): Promise<void> {
  const run = await variant(name);
  for (let i = 0; i < 3; i++) await run();
  const times: number[] = [];
  for (let i = 0; i < many; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify({ ms: median(times) }));
}

if (import.meta.main) {
  const [what, name = '', many] = process.argv.slice(2);
  if (what === 'time') await timeRuns(name, Number(many));
}
