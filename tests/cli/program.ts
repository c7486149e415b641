import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const BIN = join(HERE, '../../bin/reyn.js');
const COMPILED = join(tmpdir(), 'reyn-tests-compiled');

/** Stands in for an old Node: the program sees its version, and nothing else is different. */
const OLD = join(HERE, 'old-node.cjs');

export type Ended = { out: string; err: string; exit: number | null; signal: NodeJS.Signals | null };
export type Options = { stdin?: string; env?: Record<string, string>; old?: boolean; bin?: string };
export type Started = { child: ChildProcess; ended: Promise<Ended>; says(text: string | RegExp): Promise<void> };

/** A folder with files, removed by `remove`. */
export function folderWith(files: Readonly<Record<string, string>>): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'reyn-program-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Copies the worked examples into a project. */
export function withExamples(root: string): void {
  for (const name of ['reyn/project', 'reyn.yaml', 'examples/notes']) {
    cpSync(join(HERE, '../..', name), join(root, name), { recursive: true });
  }
}

/** Starts the program in a folder. */
export function start(cwd: string, argv: readonly string[], options: Options = {}): Started {
  const nodeArgs = options.old === true ? ['--require', OLD] : [];
  const child = spawn(process.execPath, [...nodeArgs, options.bin ?? BIN, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, REYN_TRUST_PROJECT: '1', NODE_COMPILE_CACHE: COMPILED, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const seen = { out: '', err: '' };
  const watching = new Set<() => void>();
  const keep = (to: 'out' | 'err') => (chunk: Buffer) => {
    seen[to] += chunk.toString('utf8');
    for (const look of watching) look();
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ ...seen, exit, signal }));
  });
  const says = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const all = seen.out + seen.err;
        if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
        watching.delete(look);
        resolve();
      };
      watching.add(look);
      child.on('close', () => reject(new Error(`ended without saying ${text}:\n${seen.out}\n${seen.err}`)));
      look();
    });
  return { child, ended, says };
}

/** Runs the program to its end. */
export function reynIn(cwd: string, argv: readonly string[], options: Options = {}): Promise<Ended> {
  return start(cwd, argv, options).ended;
}
