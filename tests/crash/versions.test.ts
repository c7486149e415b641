import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReyn } from '../../src/reyn.ts';
import { type Ended, ended, start } from './ledger.ts';
import { type Call, changingCallsOf, disturbed, hasStrace, sampled } from './system-calls.ts';

/** Every how many system calls one is made the last: 1 = each. */
const STRIDE = Number(process.env.REYN_CRASH_STRIDE ?? 20);

const SKILL = (text: string) =>
  `---\ntype: skill\nname: notes\ndescription: Keeps notes.\nartifacts: { note: { text: string } }\n---\n${text}\n`;

/** The two versions: files that are theirs. Eval files and dotfiles stay whatever version is in place. */
const FIRST = { 'skill.md': SKILL('Keep notes.'), 'steps/a.js': 'export const a = (x) => x;\n' };
const SECOND = { 'skill.md': SKILL('Keep notes well.'), 'steps/b.js': 'export const b = (x) => x;\n' };
const REST = { 'eval.md': 'the exam\n', 'evals/more.jsonl': '{}\n', '.note': 'mine\n' };

const DIR = 'reyn/project/notes';

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, DIR, file)), { recursive: true });
    fs.writeFileSync(path.join(root, DIR, file), text);
  }
}

/** Everything in the folder; `undefined` when there is none. */
function folder(root: string): Record<string, string> | undefined {
  const dir = path.join(root, DIR);
  if (!fs.existsSync(dir)) return undefined;
  const names = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.statSync(path.join(dir, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(dir, name), 'utf8')]));
}

const env = (root: string) => ({ HOME: root, REYN_TRUST_PROJECT: '1' });

/** A project in which v1 is kept and the folder was changed by hand since, so that a rollback does all there is to do. */
async function project(): Promise<string> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-versions-'));
  fs.writeFileSync(path.join(root, 'reyn.yaml'), 'model: scripted\n');
  write(root, { ...FIRST, ...REST });
  const reyn = await openReyn({ root, env: env(root) });
  await reyn.versions.adopt('notes');
  await reyn.close();
  fs.rmSync(path.join(root, DIR, 'steps'), { recursive: true });
  write(root, SECOND);
  return root;
}

const sorted = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
const WHOLE = [sorted({ ...FIRST, ...REST }), sorted({ ...SECOND, ...REST })];
const ROLLBACK = ['skill', 'rollback', 'notes'];

/** What must hold once somebody has looked the skill up: `undefined`, or what does not. */
async function faultOf(root: string): Promise<string | undefined> {
  const reyn = await openReyn({ root, env: env(root) });
  const { fingerprint } = reyn.skills.load('notes'); // puts in place what is on its way
  await reyn.close(); // and waits for its receipt
  const now = folder(root);
  const isWhole = WHOLE.some((files) => JSON.stringify(files) === JSON.stringify(now));
  if (!isWhole) return `the folder holds ${JSON.stringify(now)}`;
  const again = await openReyn({ root, env: env(root) });
  try {
    const list = await again.versions.list('notes');
    const current = list.versions.find(({ version }) => version === list.current);
    if (list.versions.some(({ version }, at) => version !== at + 1)) return `versions ${JSON.stringify(list.versions)}`;
    const done = current?.version === 1 && list.skill_version_hash === current.skill_version_hash;
    const logged = again.events.query({}).filter(({ type }) => type === 'skill_rolled_back').length;
    const meant = again.events.query({}).filter(({ type }) => type === 'version_intended').length;
    if (meant !== logged) return `${meant} intents and ${logged} receipts`;
    const isFirst = JSON.stringify(now) === JSON.stringify(WHOLE[0]);
    if (isFirst !== (logged === 1) || (isFirst && !done)) return `current ${list.current}, ${logged} receipts`;
    if (list.skill_version_hash !== fingerprint) return 'the folder changed between two looks at it';
    const beside = fs.readdirSync(path.join(root, 'reyn/project')).filter((name) => name.startsWith('.'));
    if (isFirst && beside.length > 0) return `left beside: ${beside.join(' ')}`;
    if (isFirst) await again.versions.rollback('notes', 'v2'); // nothing of what was changed by hand is lost
    if (JSON.stringify(folder(root)) !== JSON.stringify(WHOLE[1])) return `v2 is ${JSON.stringify(folder(root))}`;
    if (!again.verify().ok) return 'the log does not verify';
    return undefined;
  } finally {
    await again.close();
  }
}

async function undisturbed(): Promise<readonly Call[]> {
  const root = await project();
  try {
    return await changingCallsOf(root, (wrapper) => ended(start(root, ROLLBACK, wrapper)));
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

async function killedAt(call: Call): Promise<{ fault: string | undefined; end: Ended }> {
  const root = await project();
  try {
    const end = await disturbed(root, ROLLBACK, call, 'signal=SIGKILL');
    return { fault: await faultOf(root), end };
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

describe.skipIf(!hasStrace)('an exchange of a skill folder that is killed (needs strace)', () => {
  it('leaves one whole version, which whoever looks the skill up puts in its place', {
    timeout: 1_800_000,
  }, async () => {
    const calls = await undisturbed();
    expect(calls.length).toBeGreaterThan(30);
    const renames = calls.filter(
      ({ line }) => line.startsWith('rename') && line.includes('reyn/project') && !line.includes('.gone'),
    );
    expect(renames).toHaveLength(2);
    // those around the exchange itself each time, of the others some
    const around = calls.filter((call) =>
      renames.some((each) => Math.abs(calls.indexOf(each) - calls.indexOf(call)) <= 1),
    );
    for (const call of new Set([...around, ...sampled(calls, STRIDE)])) {
      const { fault } = await killedAt(call);
      expect(fault, `killed at ${call.nth}: ${call.line}`).toBeUndefined();
    }
  });
});
