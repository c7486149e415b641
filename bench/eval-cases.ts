import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Contender, inFreshDir, measured, ratio, sampleEnv, takeSamples } from './harness.ts';
import { NODE, ROOT } from './machine.ts';
import { atLeast, figure, figures, type Section } from './table.ts';

/** One evaluation of a thousand cases, from the start of the process to its end. */

const CASES = 1000;
const AT_ONCE = 100;
const MODEL_MS = 200;
const IDEAL = (CASES / AT_ONCE) * MODEL_MS;

const FLOOR = 'plain loop';
const REYN = 'reyn eval run';
const PEER = 'promptfoo eval';

const BIN = join(ROOT, 'bin', 'reyn.js');
const PEER_HOME = join(ROOT, 'bench', 'peers', 'promptfoo');
const PROMPTFOO = join(PEER_HOME, 'node_modules', 'promptfoo', 'dist', 'src', 'entrypoint.js');

/** A program, the folder it works in made ready by `make`. */
type Program = {
  readonly name: string;
  readonly make: (dir: string) => void;
  readonly warm: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env: (dir: string) => Readonly<Record<string, string>>;
  /** Whether all cases are there and right. */
  readonly check: (dir: string) => boolean;
};

function wordOf(i: number): string {
  return `word ${i}`;
}

const loop: Program = {
  name: FLOOR,
  make: () => undefined,
  warm: undefined,
  args: [join(ROOT, 'bench', 'eval-cases.ts'), 'loop'],
  env: () => ({}),
  check: (dir) => fs.readFileSync(join(dir, 'rows.jsonl'), 'utf8').trim().split('\n').length === CASES,
};

const reyn: Program = {
  name: REYN,
  make: (dir) => {
    fs.cpSync(join(ROOT, 'bench', 'skills', 'say_it'), join(dir, 'reyn', 'project', 'say_it'), { recursive: true });
    fs.writeFileSync(join(dir, 'reyn.yaml'), 'model: scripted\n');
    const line = (i: number) =>
      JSON.stringify({ id: `case-${i}`, input: wordOf(i), checks: [{ exact: { at: 'text', value: wordOf(i) } }] });
    const lines = Array.from({ length: CASES }, (_, i) => line(i));
    fs.writeFileSync(join(dir, 'cases.jsonl'), lines.join('\n'));
    fs.writeFileSync(join(dir, 'one.jsonl'), lines[0] ?? '');
  },
  warm: [BIN, 'eval', 'run', 'say_it', '--dataset', 'one.jsonl', '--quiet'],
  args: [
    ...[BIN, 'eval', 'run', 'say_it', '--dataset', 'cases.jsonl', '--fresh', '--quiet'],
    ...['--concurrency', String(AT_ONCE), '--reporter', 'json', '--out', 'report.json'],
  ],
  env: (dir) => ({ XDG_CACHE_HOME: join(dir, '.cache') }),
  check: (dir) => {
    const { score, cases } = JSON.parse(fs.readFileSync(join(dir, 'report.json'), 'utf8'));
    return score === 1 && cases.length === CASES;
  },
};

const promptfoo: Program = {
  name: PEER,
  make: (dir) => {
    const provider = `export default class {
  id() { return 'said'; }
  async callApi(prompt) {
    await new Promise((done) => setTimeout(done, ${MODEL_MS}));
    return { output: prompt };
  }
}
`;
    fs.writeFileSync(join(dir, 'provider.mjs'), provider);
    const tests = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        vars: { text: wordOf(i) },
        assert: [{ type: 'equals', value: wordOf(i) }],
      }));
    const config = (count: number) =>
      JSON.stringify({ prompts: ['{{text}}'], providers: ['file://provider.mjs'], tests: tests(count) });
    fs.writeFileSync(join(dir, 'cases.json'), config(CASES));
    fs.writeFileSync(join(dir, 'one.json'), config(1));
  },
  warm: [PROMPTFOO, 'eval', '-c', 'one.json', '--no-progress-bar', '--no-table'],
  args: [
    ...[PROMPTFOO, 'eval', '-c', 'cases.json', '--no-cache', '--no-progress-bar', '--no-table'],
    ...['-j', String(AT_ONCE), '-o', 'report.json'],
  ],
  env: (dir) => ({
    PROMPTFOO_CONFIG_DIR: join(dir, '.promptfoo'),
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
  }),
  check: (dir) => {
    const { results } = JSON.parse(fs.readFileSync(join(dir, 'report.json'), 'utf8'));
    return results.stats.successes === CASES;
  },
};

function contender(program: Program): Contender {
  return {
    name: program.name,
    sample: () =>
      inFreshDir((dir) => {
        program.make(dir);
        if (program.warm !== undefined) run(program, program.warm, dir);
        const ms = run(program, program.args, dir);
        if (!program.check(dir)) throw new Error(`${program.name} did not do all cases`);
        return { share: IDEAL / ms, seconds: ms / 1000 };
      }),
  };
}

/** @returns milliseconds from the start of the process to its end. */
function run({ name, env }: Program, args: readonly string[], dir: string): number {
  const start = performance.now();
  const done = spawnSync(NODE, args, { cwd: dir, env: sampleEnv(env(dir)), encoding: 'utf8', maxBuffer: 1e9 });
  const ms = performance.now() - start;
  if (done.status !== 0) throw new Error(`${name} ended ${done.status}:\n${done.stderr}${done.stdout}`);
  return ms;
}

/** Nearly two gigabytes, so it has a folder apart from the other peers and is installed for this benchmark alone. */
function installPeer(): void {
  if (fs.existsSync(PROMPTFOO)) return;
  const how = ['ci', '--prefix', PEER_HOME, '--ignore-scripts', '--no-audit', '--no-fund'];
  if (spawnSync('npm', how, { stdio: 'inherit' }).status !== 0) throw new Error('promptfoo could not be installed');
}

export async function evalCases(quick: boolean, say: (line: string) => void): Promise<Section> {
  const built = spawnSync(NODE, [join(ROOT, 'scripts', 'build.mjs'), '--if-stale', '--no-types'], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the build failed');
  if (!quick) installPeer();
  const programs = quick ? [loop, reyn] : [loop, reyn, promptfoo];
  const samples = takeSamples(programs.map(contender), quick ? 3 : 7, say);
  return {
    title: `Evaluate ${figure(CASES)} cases`,
    about: ABOUT,
    header: ['', 'share of the ideal', 'seconds', '÷ loop'],
    rows: programs.map(({ name }) => [
      name,
      figures(measured(samples, name, 'share')),
      figures(measured(samples, name, 'seconds')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'seconds')),
    ]),
    aims: [atLeast('share of the ideal', measured(samples, REYN, 'share').median, 0.93)],
  };
}

const ABOUT = `An evaluation of ${figure(CASES)} cases, ${AT_ONCE} at once, with a model that takes ${MODEL_MS} ms and one check for each, as a command: from
the start of the process to its end, start of the program included, so that the ideal of ${figure(IDEAL / 1000)} s cannot be reached. Reyn runs
each case as a run with a log of its own under the gate, and a row is durable before it counts. The plain loop waits, checks and
appends a line that is flushed with those of its round. The other program has the same model as a provider in JavaScript,
writes the same report, and was started once before, as Reyn was.`;

const datasync = promisify(fs.fdatasync);

/** The floor: waits, checks, and appends a line for each case; whoever waits for a flush shares it. */
async function runLoop(): Promise<void> {
  const fd = fs.openSync('rows.jsonl', 'ax');
  let flushing: Promise<void> | undefined;
  const flushed = () => {
    flushing ??= datasync(fd).finally(() => {
      flushing = undefined;
    });
    return flushing;
  };
  let begun = 0;
  const work = async () => {
    for (let i = begun++; i < CASES; i = begun++) {
      await sleep(MODEL_MS);
      fs.writeSync(fd, `${JSON.stringify({ case: i, score: 1, filler: '.'.repeat(500) })}\n`);
      await flushed();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  fs.closeSync(fd);
}

if (import.meta.main && process.argv[2] === 'loop') await runLoop();
