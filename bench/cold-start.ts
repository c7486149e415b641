import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { type Contender, inFreshDir, measured, ratio, sampleEnv, takeSamples } from './harness.ts';
import { NODE, ROOT } from './machine.ts';
import { atMost, figures, type Section } from './table.ts';

/** What a command costs from the shell to its end, under the pinned Node and from the built package. */

const BIN = join(ROOT, 'bin', 'reyn.js');
const FLOOR = 'node -e 0';
const SKILL = 'summarize';

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  '--version': ['--version'],
  'lint of one skill': ['lint', SKILL],
  'run of the one-file example': ['run', SKILL, 'The office moves on Friday.'],
};

/** A project with the one-file example and nothing else. */
function copyExample(dir: string): void {
  const from = join(ROOT, 'reyn', 'project', SKILL);
  fs.cpSync(from, join(dir, 'reyn', 'project', SKILL), { recursive: true });
  fs.writeFileSync(join(dir, 'reyn.yaml'), 'model: scripted\n');
}

function timed(args: readonly string[], dir: string, cache: string): number {
  const start = performance.now();
  const done = spawnSync(NODE, args, { cwd: dir, env: sampleEnv({ XDG_CACHE_HOME: cache }), encoding: 'utf8' });
  const ms = performance.now() - start;
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended ${done.status}:\n${done.stderr}${done.stdout}`);
  return ms;
}

function contender(name: string, args: readonly string[], warm: boolean): Contender {
  return {
    name,
    sample: () =>
      inFreshDir((dir) => {
        const cache = join(dir, '.cache');
        copyExample(dir);
        if (warm) timed(args, dir, cache);
        return { ms: timed(args, dir, cache) };
      }),
  };
}

export async function coldStart(quick: boolean, say: (line: string) => void): Promise<Section> {
  const built = spawnSync(NODE, [join(ROOT, 'scripts', 'build.mjs'), '--if-stale', '--no-types'], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the build failed');
  const contenders = [
    contender(FLOOR, ['-e', '0'], false),
    ...Object.entries(COMMANDS).flatMap(([name, args]) =>
      [true, false].map((warm) => contender(label(name, warm), [BIN, ...args], warm)),
    ),
  ];
  const samples = takeSamples(contenders, quick ? 7 : 31, say);
  const against = (name: string) => ratio(samples, name, FLOOR, 'ms');
  const aim = (name: string, bound: number) => atMost(`${name} ÷ ${FLOOR}`, against(label(name, true)).median, bound);
  return {
    title: 'Cold start',
    about: ABOUT,
    header: ['', 'ms', '÷ node -e 0'],
    rows: contenders.map(({ name }) => [
      name,
      figures(measured(samples, name, 'ms')),
      name === FLOOR ? '1' : figures(against(name)),
    ]),
    aims: [aim('--version', 1.2), aim('lint of one skill', 3), aim('run of the one-file example', 4)],
  };
}

const ABOUT = `From the start of the process to its end, in a project that holds the one-file example \`${SKILL}\` and nothing else. *First
time* is without a compile cache: the start after an installation or an update.`;

function label(name: string, warm: boolean): string {
  return warm ? name : `${name}, first time`;
}
