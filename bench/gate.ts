import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/os/clock.ts';
import { DEFAULT_LIMITS } from '../src/os/config/limits.ts';
import type { RunEventBody } from '../src/os/events/event.ts';
import { openStore } from '../src/os/events/store.ts';
import { randomIds } from '../src/os/ids.ts';
import { OPS } from '../src/os/ops/list.ts';
import { type DecisionContext, decide } from '../src/os/permissions/decide.ts';
import type { Grant } from '../src/os/permissions/grant.ts';
import type { Need } from '../src/os/permissions/need.ts';
import { permitsOf } from '../src/os/permissions/permits.ts';
import { openRedactor } from '../src/os/secrets/redactor.ts';
import { NO_PERMISSIONS } from '../src/os/skills/skill.ts';
import { openWorkspace } from '../src/os/workspace/open.ts';
import { measured, median, program, ratio, takeSamples } from './harness.ts';
import { atMost, figures, type Section } from './table.ts';

/** What the gate costs: a decision by itself, and a file read through it over the same file read without. */

const FILE = 'gate.ts';
const DECISION = 'a decision: 30 rules, 30 grants';
const BARE = 'fs.readFile, as text';
const GATE = 'read_file through the gate';
const FLUSHES = 'two lines, each written and flushed';
const PAIR = 'intent and receipt of an op that acts outside';
const NAMES = [DECISION, BARE, GATE, FLUSHES, PAIR];
const BYTES = 64 * 1024;

export async function gate(quick: boolean, say: (line: string) => void): Promise<Section> {
  const rounds = quick ? 3 : 9;
  const samples = takeSamples(
    NAMES.map((name) => program(name, FILE, ['time', name, quick ? '400' : '2000'])),
    rounds,
    say,
  );
  const rows = NAMES.map((name) => [
    name,
    figures(measured(samples, name, 'us')),
    name === BARE || name === FLUSHES ? '1' : '',
    name === GATE
      ? figures(ratio(samples, name, BARE, 'us'))
      : name === PAIR
        ? figures(ratio(samples, name, FLUSHES, 'us'))
        : '',
  ]);
  return {
    title: 'The gate',
    about: ABOUT,
    header: ['', 'µs', 'floor', '÷ floor'],
    rows,
    aims: [
      atMost('µs per decision', measured(samples, DECISION, 'us').median, 20),
      atMost('read_file through the gate ÷ fs.readFile', ratio(samples, GATE, BARE, 'us').median, 1.5),
      atMost('ms for intent and receipt', measured(samples, PAIR, 'us').median / 1000, 3),
    ],
  };
}

const ABOUT = `A decision goes through all its stages, as one that ends in a question does, over needs of every kind in turn. A file of
64 KB two folders deep, in the cache: with \`fs.promises.readFile\` as text; and as the op \`read_file\` does it, which decides,
narrows a handle, walks to the file by descriptors, refuses links and second names, checks that it is text, and takes its
digest. Intent and receipt are two events of a run's log, redacted, chained and each flushed by itself, as they are around an
op whose effect nothing here can look up afterwards; beside them the same bytes appended and flushed with nothing around.`;

const NEEDS: readonly Need[] = [
  { kind: 'file.read', path: 'docs/guide/a.md' },
  { kind: 'file.write', path: 'out/deep/a.md' },
  { kind: 'net', host: 'example.com' },
  { kind: 'exec', argv: ['git', 'log', '-1'] },
  { kind: 'mcp', server: 'files', tool: 'read', pin: 'a'.repeat(64) },
];

const CONTEXT: DecisionContext = {
  skill: 'bench',
  fingerprint: 'f'.repeat(64),
  op: 'read_file',
  step: '1/t1/o1',
  now: Date.now(),
  permissions: {
    ...NO_PERMISSIONS,
    file: { read: ['src/**', 'docs/**', 'a/**'], write: ['notes/**', 'out/**'] },
    net: ['*.example.org', 'example.com'],
    exec: [['git', '**']],
    mcp: { files: ['read'] },
  },
  bounds: [],
  policy: {
    allow: Array.from({ length: 15 }, (_, i) => ({ need: 'file.write', resource: `folder${i}/**/*.md` })),
    deny: Array.from({ length: 15 }, (_, i) => ({ need: 'file.write', resource: `closed${i}/**` })),
  },
  pins: {},
  grants: Array.from({ length: 30 }, (_, i) => grant(i)),
  answers: [],
  blobs: new Set(),
  closed: [],
  onPropose: 'ask_user',
  isolated: true,
};

function grant(i: number): Grant {
  return {
    id: `${i}`,
    skill: i % 2 === 0 ? 'bench' : 'other',
    fingerprint: 'f'.repeat(64),
    need: 'file.write',
    resource: `granted${i}`,
    scope: 'subtree',
    granted: '2026-01-01T00:00:00.000Z',
    expires: '2036-01-01T00:00:00.000Z',
    who: 'bench',
  };
}

/** Appends what an op that acts outside leaves in the log of its run. */
async function pairs(root: string): Promise<() => Promise<unknown>> {
  const redact = openRedactor({ known: [] });
  const store = openStore({ root, clock: systemClock, ids: randomIds, signer: undefined, redact });
  const hex = 'a'.repeat(64);
  const limits = DEFAULT_LIMITS;
  const data = {
    ...{ skill: 'bench', skill_version_hash: hex, skill_md_sha256: hex, pack: store.blobs.put('x'), dir: 'bench' },
    ...{ origin: 'project', entry: 'a', input: { type: 'user_message', artifact: { text: 'x' } }, models: {}, limits },
    ...{ ops: 'x', config: 'x', contract: 'x', owner: store.owner },
  };
  const { log } = await store.createRun(randomIds.next(), { type: 'run_skill_started', data });
  let step = 0;
  return async () => {
    step += 1;
    const [intent, receipt] = eventsOf(step);
    log.append(intent);
    await log.flush();
    log.append(receipt);
    await log.flush();
  };
}

function eventsOf(step: number): readonly [RunEventBody, RunEventBody] {
  const result = {
    exit: 0,
    stdout: 'A line that a program wrote.\n'.repeat(10),
    stderr: '',
    ms: 12,
    backend: 'bubblewrap',
  };
  return [
    {
      type: 'op_started',
      step: `1/t${step}/o1`,
      data: { kind: 'sandboxed_exec', by: 'allow rule 1', backend: 'bubblewrap' },
    },
    { type: 'op_finished', step: `1/t${step}/o1`, data: { result } },
  ];
}

function flushes(root: string): () => Promise<unknown> {
  const file = fs.openSync(join(root, 'log'), 'a');
  const lines = eventsOf(1).map((event) => Buffer.from(`${JSON.stringify(event)}\n`));
  return async () => {
    for (const line of lines) {
      fs.writeSync(file, line);
      fs.fdatasyncSync(file);
    }
  };
}

async function variant(name: string, root: string): Promise<() => Promise<unknown>> {
  if (name === PAIR) return pairs(root);
  if (name === FLUSHES) return flushes(root);
  const path = 'a/b/file.txt';
  if (name === BARE) return () => fs.promises.readFile(join(root, path), 'utf8');
  if (name === DECISION) {
    let turn = 0;
    return async () => decide(NEEDS[turn++ % NEEDS.length] as Need, CONTEXT);
  }
  const op = OPS.find(({ kind }) => kind === 'read_file');
  if (op?.effect !== 'reads') throw new Error('read_file reads no more');
  const workspace = openWorkspace({
    root,
    workDir: join(root, 'work'),
    stageDir: () => join(root, 'stage'),
    written: [],
    readBlob: () => Buffer.alloc(0),
    shareDisk: () => false,
  });
  const handles = { workspace: workspace.handle({ read: () => false, write: () => false }) } as never;
  return () => {
    const needs = op.needs({ path });
    for (const need of needs) if (decide(need, CONTEXT).verdict !== 'allow') throw new Error('the gate is closed');
    const narrowed = { ...(handles as object), workspace: workspace.handle(permitsOf(needs, CONTEXT)) };
    return op.run({ path }, narrowed as never);
  };
}

/** One sample: the median of `many` calls after some that nobody times; decisions by the hundred, as one is too short. */
async function timeCalls(name: string, many: number): Promise<void> {
  const root = fs.mkdtempSync(join(tmpdir(), 'reyn-bench-gate-'));
  try {
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    fs.writeFileSync(join(root, 'a/b/file.txt'), 'A line of text, as files have.\n'.repeat(BYTES / 31));
    const call = await variant(name, root);
    const batch = name === DECISION ? 100 : 1;
    for (let i = 0; i < 200; i++) await call();
    const times: number[] = [];
    for (let i = 0; i < many; i++) {
      const start = performance.now();
      for (let n = 0; n < batch; n++) await call();
      times.push(((performance.now() - start) / batch) * 1000);
    }
    console.log(JSON.stringify({ us: median(times) }));
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [what, name = '', many] = process.argv.slice(2);
  if (what === 'time') await timeCalls(name, Number(many));
}
