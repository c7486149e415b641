import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunEvent } from '../../src/os/events/event.ts';
import { openReyn } from '../../src/reyn.ts';

/** A project with one skill that writes, edits and deletes files over several turns, then says what it did. */
export type Ledger = {
  readonly root: string;
  remove(): void;
};

const SKILL = `---
type: skill
name: keep_ledger
description: Keeps a ledger.
artifacts:
  receipt: { entries: integer }
permissions: { file: { read: ["out/**"], write: ["out/**"] } }
---
Keep the ledger.
`;

const PHASED = SKILL.replace('permissions:', 'entry: keep_ledger\npermissions:');

function script(delay: number): string {
  const write = (name: string, content: string) => ({ kind: 'write_file', args: { path: `out/${name}`, content } });
  const turns = [
    { ops: [write('a.txt', 'one\n')] },
    {
      ops: [
        write('b.txt', 'two\n'),
        { kind: 'edit_file', args: { path: 'out/a.txt', edits: [{ find: 'one', replace: 'first' }] } },
      ],
    },
    {
      ops: [
        { kind: 'read_file', args: { path: 'out/a.txt' } },
        { kind: 'read_file', args: { path: 'out/b.txt' } },
      ],
    },
    { ops: [{ kind: 'delete_file', args: { path: 'out/b.txt' } }, write('c/d.txt', 'three\n')] },
    { ops: [{ kind: 'edit_file', args: { path: 'out/a.txt', edits: [{ find: 'first', replace: 'last' }] } }] },
    { finish: { entries: 5 } },
  ];
  return JSON.stringify({
    rules: turns.map((turn, i) => ({ match: { turn: i + 1 }, turn: { ...turn, delay_ms: delay } })),
  });
}

/** `delay`: milliseconds the scripted model takes for each turn, so that a kill can fall anywhere. */
export function makeLedger(delay: number): Ledger {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-ledger-'));
  const dir = path.join(root, 'reyn/project/keep_ledger');
  fs.mkdirSync(path.join(dir, 'evals'), { recursive: true });
  const section =
    '## phase: keep_ledger\n\n```yaml\ninput: user_message\nallowed_ops: [read_file, write_file, edit_file, delete_file]\n```\n';
  fs.writeFileSync(
    path.join(dir, 'skill.md'),
    `${PHASED.replace('Keep the ledger.\n', '')}${section}\nKeep the ledger.\n`,
  );
  fs.writeFileSync(path.join(dir, 'evals/scripted.yaml'), script(delay));
  fs.writeFileSync(
    path.join(root, 'reyn.yaml'),
    'model: scripted\npolicy: { allow: [{ need: file.write, resource: "out/**" }] }\n',
  );
  return { root, remove: () => fs.rmSync(root, { recursive: true, force: true }) };
}

export const EXPECTED_FILES = { 'a.txt': 'last\n', 'c/d.txt': 'three\n' };

/** The files the skill is about, by path below `out`. */
export function filesOf(root: string): Record<string, string> {
  const out = path.join(root, 'out');
  if (!fs.existsSync(out)) return {};
  const names = fs.readdirSync(out, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.statSync(path.join(out, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(out, name), 'utf8')]));
}

const NODE = process.execPath;
const BIN = path.resolve('bin/reyn.js');

export function start(root: string, args: readonly string[], wrapper: readonly string[] = []): ChildProcess {
  const [command = NODE, ...rest] = [...wrapper, NODE, BIN, '-C', root, ...args];
  return spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: root, NO_COLOR: '1', REYN_TRUST_PROJECT: '1' },
  });
}

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
};

export function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, out, err })));
}

/** The one run of the ledger, when its log got as far as being one. */
export function onlyRun(root: string): string | undefined {
  const runs = path.join(root, '.reyn/runs');
  const ids = fs.existsSync(runs) ? fs.readdirSync(runs) : [];
  return ids.find(
    (id) =>
      fs.existsSync(path.join(runs, id, 'events.jsonl')) && fs.statSync(path.join(runs, id, 'events.jsonl')).size > 0,
  );
}

/** What must hold of a finished run, however often it was killed: `undefined`, or what does not. */
export async function faultOf(root: string, run: string): Promise<string | undefined> {
  const reyn = await openReyn({ root, env: { HOME: root, REYN_TRUST_PROJECT: '1' } });
  try {
    const report = reyn.verify();
    if (!report.ok) return `the chain does not verify: ${JSON.stringify(report.problems)}`;
    const events = reyn.events
      .query({ run })
      .filter((event): event is RunEvent => 'run' in event && event.type !== 'run_opened');
    const twice = onceEach(events);
    if (twice !== undefined) return twice;
    const { outcome } = reyn.runs.show(run);
    if (JSON.stringify(outcome?.artifact) !== '{"entries":5}') return `the result is ${JSON.stringify(outcome)}`;
    const files = JSON.stringify(filesOf(root));
    return files === JSON.stringify(EXPECTED_FILES) ? undefined : `the files are ${files}`;
  } finally {
    await reyn.close();
  }
}

/** Every op has exactly one intent and one receipt. */
function onceEach(events: readonly RunEvent[]): string | undefined {
  for (const type of ['op_started', 'op_finished'] as const) {
    const steps = events.filter((event) => event.type === type).map((event) => event.step);
    if (steps.length !== 8 || new Set(steps).size !== 8) return `${type} of ${steps.join(' ')}`;
  }
  return undefined;
}
