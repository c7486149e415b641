import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, promisedPattern, readPage } from './page.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILED = join(tmpdir(), 'reyn-tests-compiled');

export type Setting = {
  /** Whether the project begins with the repository's skills, settings and examples. */
  readonly examples: boolean;
  /** Text of the page → what stands there when it is run. */
  readonly replace?: Readonly<Record<string, string>>;
};

/**
 * Does what a page says, in a project of its own: `npx reyn` is the program as it is built now, under the pinned Node.
 * @returns the first thing that went otherwise than the page says, with the line of the page; empty when nothing did.
 */
export async function runPage(page: string, { examples, replace = {} }: Setting): Promise<string> {
  const scene = mkdtempSync(join(realpathSync(tmpdir()), 'reyn-docs-'));
  const root = join(scene, 'project');
  mkdirSync(root);
  try {
    if (examples) {
      for (const name of ['reyn/project', 'reyn.yaml', 'examples/notes']) {
        cpSync(join(ROOT, name), join(root, name), { recursive: true });
      }
    }
    const env = environment(scene);
    const swap = (text: string) =>
      Object.entries(replace).reduce((swapped, [shown, real]) => swapped.replaceAll(shown, real), text);
    let cwd = root;
    for (const part of readPage(page)) {
      if (part.kind === 'file') {
        const file = resolve(cwd, part.name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, swap(part.text));
        continue;
      }
      const command = { ...part, text: swap(part.text) };
      const ended = await run(command, cwd, env);
      const wrong = wrongWith(command, ended, swap);
      if (wrong !== '') return wrong;
      if (ended.cwd !== undefined) cwd = ended.cwd;
    }
    return '';
  } finally {
    rmSync(scene, { recursive: true, force: true });
  }
}

/** A home without settings or keys, and programs found before all others. */
function environment(scene: string): NodeJS.ProcessEnv {
  const bin = join(scene, 'bin');
  mkdirSync(bin);
  mkdirSync(join(scene, 'home'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const program = join(ROOT, 'bin', 'reyn.js');
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = reyn ] && shift && exec node '${program}' "$@"\nexit 127\n`, {
    mode: 0o755,
  });
  // `import 'reyn'` in a script of a page
  mkdirSync(join(scene, 'node_modules'));
  symlinkSync(ROOT, join(scene, 'node_modules', 'reyn'));
  const { PATH } = process.env;
  return { PATH: `${bin}:${PATH}`, HOME: join(scene, 'home'), NODE_COMPILE_CACHE: COMPILED, LC_ALL: 'C.UTF-8' };
}

type Ended = { readonly out: string; readonly all: string; readonly exit: number; readonly cwd: string | undefined };

function run({ text, signal, promised }: Command, cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const moves = /(^|&& )cd \S+\s*(#.*)?$/.test(text);
  const both = promised?.streams === 'both';
  // The signal must reach the program and not a shell around it.
  const script = `${both ? 'exec 2>&1\n' : ''}${signal === undefined ? '' : 'exec '}${text}${moves ? '\npwd' : ''}`;
  const child = spawn('sh', ['-ec', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let all = '';
  let sent = false;
  const keep = (chunk: Buffer, isOut: boolean) => {
    all += chunk.toString('utf8');
    if (isOut) out += chunk.toString('utf8');
    if (signal === undefined || sent || !all.includes(signal.at)) return;
    sent = true;
    child.kill(signal.name);
  };
  child.stdout.on('data', (chunk: Buffer) => keep(chunk, true));
  child.stderr.on('data', (chunk: Buffer) => keep(chunk, false));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, killed) => {
      const exit = code ?? (killed === 'SIGKILL' ? 137 : 130);
      done({ out, all, exit, cwd: moves && exit === 0 ? out.trim().split('\n').at(-1) : undefined });
    });
  });
}

function wrongWith({ line, text, exit, promised }: Command, ended: Ended, swap: (text: string) => string): string {
  const where = `line ${line}: ${text}`;
  if (ended.exit !== exit) return `${where}\nends with exit ${ended.exit}, not ${exit}:\n${ended.all}`;
  if (promised === undefined) return '';
  const expected = swap(promised.text);
  const got = ended.out === '' || ended.out.endsWith('\n') ? ended.out : `${ended.out}\n`;
  if (promisedPattern(expected).test(got)) return '';
  return `${where}\nis promised to write\n${expected}\nand writes\n${got}`;
}
