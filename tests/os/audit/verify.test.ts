import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditProblem } from '../../../src/os/audit/report.ts';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import type { Disk } from '../../../src/os/disk.ts';
import type { RunEventBody } from '../../../src/os/events/event.ts';
import { encodeLine } from '../../../src/os/events/line.ts';
import type { Locks } from '../../../src/os/events/locks.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { mortalLocks } from '../events/life.ts';
import { memoryDisk, memoryLocks } from '../events/memory-disk.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, openIn, runFile } from '../events/scene.ts';

type Kept = { root: string; disk: Disk; locks: Locks };

const result = (value: string): RunEventBody => ({ type: 'op_finished', step: 's', data: { result: value } });

/**
 * A store over two months with a run that ended, one that was torn and then ended, one that crashed and is open, and a
 * blob besides the skill's. Nobody owns it any more.
 */
async function smallStore(): Promise<Kept> {
  const root = path.resolve('/project');
  const disk = memoryDisk(root);
  const locks = memoryLocks();
  const clock = simulatedClock(Date.UTC(2026, 0, 31));
  const open = () => {
    const mortal = mortalLocks(locks);
    return {
      mortal,
      store: openStore({
        root,
        disk,
        clock,
        ids: randomIds,
        signer: undefined,
        redact: openRedactor({ known: [] }),
        locks: mortal,
      }),
    };
  };
  const one = open();
  const pack = one.store.blobs.put('the skill');
  const first = await one.store.createRun('run1', firstEvent(one.store, { pack }));
  first.log.append(decided('a'));
  first.log.append(result('x'.repeat(9000)));
  first.log.append(FINISHED);
  await first.log.close();
  const second = await one.store.createRun('run2', firstEvent(one.store, { pack }));
  second.log.append(decided('b'));
  await second.log.flush();
  one.mortal.die();
  tear(disk, runFile(root, 'run2'));
  tear(disk, path.join(root, '.reyn', 'log', '2026-01.jsonl'));

  clock.advance(86_400_000 * 3);
  const two = open();
  const third = await two.store.createRun('run3', firstEvent(two.store, { pack }));
  third.log.append(decided('c'));
  await third.log.flush();
  const again = await two.store.takeRun('run2', 'resume');
  again.log.append(FINISHED);
  await again.log.close();
  two.mortal.die();
  return { root, disk, locks };
}

function tear(disk: Disk, file: string): void {
  const opened = disk.open(file, 'append');
  if (opened === undefined) throw new Error('not opened');
  disk.write(opened, Buffer.from('{"v":1,"se'));
  disk.datasync(opened);
  disk.close(opened);
}

/** The same disk, but with other bytes in one file; `undefined` removes it. */
function altered(disk: Disk, file: string, bytes: Buffer | undefined): Disk {
  return {
    ...disk,
    read: (name, from = 0) => (name === file ? bytes && Buffer.from(bytes.subarray(from)) : disk.read(name, from)),
    stat: (name) => (name === file ? bytes && { bytes: bytes.length, stamp: -1 } : disk.stat(name)),
    list: (name) => disk.list(name).filter((entry) => bytes !== undefined || path.join(name, entry) !== file),
  };
}

const verify = ({ root, disk, locks }: Kept, run?: string) =>
  verifyStore(root, run === undefined ? {} : { run }, { signer: undefined, disk, locks });
const audit = (root: string, run?: string) =>
  verifyStore(root, run === undefined ? {} : { run }, { signer: undefined });
const briefly = (problems: readonly AuditProblem[]) =>
  problems.map(({ reason, file, line }) => `${reason} ${file}${line === undefined ? '' : `:${line}`}`);

function factsIn({ root, disk }: Kept): string[] {
  const home = path.join(root, '.reyn');
  const folders = ['log', 'blobs', ...disk.list(path.join(home, 'runs')).map((run) => path.join('runs', run))];
  return folders.flatMap((dir) => disk.list(path.join(home, dir)).map((name) => path.join(home, dir, name)));
}

const isLog = (file: string) => file.endsWith('.jsonl');
const shown = ({ root }: Kept, file: string) => path.relative(root, file).split(path.sep).join('/');

describe('verifyStore', () => {
  it('finds nothing wrong with a store in which runs ended, were torn, mended and left open', async () => {
    const kept = await smallStore();
    expect(factsIn(kept)).toHaveLength(9);
    const report = verify(kept);
    expect(report).toMatchObject({ ok: true, runs: 3, events: 17, blobs: 2, problems: [] });
    expect(briefly(report.notes)).toEqual(
      [1, 2, 3].map((n) => `unsigned .reyn/runs/run${n}/events.jsonl:${[4, 5, 2][n - 1]}`),
    );
    expect(verify(kept, 'run1')).toMatchObject({ ok: true, runs: 1, problems: [] });
  });

  it('finds any changed byte, in the file and at the line where it is', async () => {
    const kept = await smallStore();
    for (const file of factsIn(kept)) {
      const bytes = kept.disk.read(file) ?? Buffer.alloc(0);
      const step = isLog(file) ? 3 : 501;
      for (let at = 0; at < bytes.length; at += step) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
        const { problems } = verify({ ...kept, disk: altered(kept.disk, file, changed) });
        const isFound = problems.some(
          (problem) =>
            problem.file === shown(kept, file) && (!isLog(file) || Math.abs((problem.line ?? -9) - line) <= 1),
        );
        if (!isFound) expect(briefly(problems), `${file}, byte ${at}, line ${line}`).toEqual('found');
      }
    }
  }, 30_000);

  it('finds any removed line at its place, but for the end of a run that is still open', async () => {
    const kept = await smallStore();
    for (const file of factsIn(kept).filter(isLog)) {
      const lines = (kept.disk.read(file) ?? '').toString().trimEnd().split('\n');
      for (const [i] of lines.entries()) {
        if (file.includes('run3') && i === lines.length - 1) continue;
        const rest = lines.toSpliced(i, 1).map((line) => `${line}\n`);
        const { problems } = verify({ ...kept, disk: altered(kept.disk, file, Buffer.from(rest.join(''))) });
        const near = problems.filter(
          (problem) => problem.file === shown(kept, file) && Math.abs((problem.line ?? -9) - i - 1) <= 1,
        );
        expect(briefly(near), `${file} without line ${i + 1}: ${briefly(problems)}`).not.toEqual([]);
      }
    }
  });

  it('finds any removed file', async () => {
    const kept = await smallStore();
    for (const file of factsIn(kept)) {
      const { ok, problems } = verify({ ...kept, disk: altered(kept.disk, file, undefined) });
      expect(ok, file).toBe(false);
      const isMonth = path.basename(path.dirname(file)) === 'log' && isLog(file);
      if (!isMonth)
        expect(
          problems.map((problem) => problem.file),
          file,
        ).toContain(shown(kept, file));
    }
  });

  it('finds lines swapped and lines inserted', async () => {
    const kept = await smallStore();
    const file = runFile(kept.root, 'run1');
    const [a, b, c, d] = (kept.disk.read(file) ?? '').toString().trimEnd().split('\n');
    const found = (...lines: (string | undefined)[]) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      return briefly(verify({ ...kept, disk: altered(kept.disk, file, bytes) }).problems)[0];
    };
    expect(found(a, c, b, d)).toBe('bad_seq .reyn/runs/run1/events.jsonl:2');
    expect(found(a, b, b, c, d)).toBe('bad_seq .reyn/runs/run1/events.jsonl:3');
    expect(found(a, b, c, d, '{}', d)).toBe('bad_hash .reyn/runs/run1/events.jsonl:5');
    expect(found(a, b, c)).toBe('head .reyn/runs/run1/events.jsonl:3');
  });
});

/** A store on the real disk with a run that ended and one that is open but owned by nobody. */
async function realStore(): Promise<string> {
  const root = freshRoot();
  const store = openIn(root);
  const pack = store.blobs.put('the skill');
  for (const run of ['run1', 'run2']) {
    const { log } = await store.createRun(run, firstEvent(store, { pack }));
    log.append(decided('a'));
    if (run === 'run1') log.append(FINISHED);
    await log.close();
  }
  await store.close();
  return root;
}

describe('an audit', () => {
  const runDir = (root: string, run: string) => path.dirname(runFile(root, run));

  it('says which run folder was removed, renamed or copied', async () => {
    const root = await realStore();
    fs.renameSync(runDir(root, 'run1'), runDir(root, 'run9'));
    expect(briefly(audit(root).problems).sort()).toEqual([
      'bad_run .reyn/runs/run9/events.jsonl:1',
      'missing_run .reyn/log/2026-01.jsonl:1',
      'unclosed .reyn/log/2026-01.jsonl:3',
      'unregistered .reyn/runs/run9/events.jsonl:1',
    ]);
    fs.cpSync(runDir(root, 'run9'), runDir(root, 'run1'), { recursive: true });
    fs.rmSync(runDir(root, 'run9'), { recursive: true });
    expect(audit(root).ok).toBe(true);
    fs.mkdirSync(path.join(root, '.reyn', 'runs', 'run1.bak'));
    fs.rmSync(runFile(root, 'run2'));
    expect(briefly(audit(root).problems)).toEqual([
      'unregistered .reyn/runs/run1.bak',
      'missing_log .reyn/runs/run2/events.jsonl',
    ]);
  });

  it('reports a torn end of a crashed run as such, and of a run that ended as a change', async () => {
    const root = await realStore();
    fs.appendFileSync(runFile(root, 'run2'), 'half a li');
    expect(briefly(audit(root).problems)).toEqual(['torn .reyn/runs/run2/events.jsonl:3']);
    fs.appendFileSync(runFile(root, 'run1'), 'half a li');
    expect(briefly(audit(root, 'run1').problems)).toEqual(['bad_hash .reyn/runs/run1/events.jsonl:4']);
  });

  it('finds nothing wrong with what living processes are about to write', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store, { pack: store.blobs.put('the skill') }));
    log.append(FINISHED);
    await log.flush(); // ended, not yet closed
    expect(audit(root).problems).toEqual([]);
    const { log: open } = await store.createRun('run2', firstEvent(store, { pack: store.blobs.put('the skill') }));
    fs.appendFileSync(runFile(root, 'run2'), '{"v":1'); // as a reader may see a write
    expect(audit(root).problems).toEqual([]);
    expect(open.head.seq).toBe(1);
  });

  it('reports an end that the project log does not know once its owner is dead, until it is mended', async () => {
    const root = await realStore();
    const [file] = monthFiles(root) as [string];
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    const isClosing = (line: string) => line.includes('run_closed');
    expect(lines.findIndex(isClosing)).toBe(1);
    fs.writeFileSync(file, `${lines[0]}\n`);
    expect(briefly(audit(root).problems)).toEqual([
      'unclosed .reyn/log/2026-01.jsonl:1',
      'unregistered .reyn/runs/run2/events.jsonl:1',
    ]);
    const store = openIn(root);
    await store.takeRun('run1', 'resume');
    expect(audit(root, 'run1').ok).toBe(true);
  });

  it('finds a last line that was forged with a hash of its own, and a run closed twice', async () => {
    const root = await realStore();
    const lines = fs.readFileSync(runFile(root, 'run1'), 'utf8').trimEnd().split('\n');
    const { seq, epoch, ts, type, run, prev, data } = JSON.parse(lines.at(-1) ?? '');
    const forged = encodeLine(
      { seq, epoch, ts, type, run, step: undefined, prev },
      JSON.stringify({ ...data, artifact: { text: 'forged' } }),
    );
    fs.writeFileSync(runFile(root, 'run1'), `${lines.slice(0, -1).join('\n')}\n${forged.line}`);
    expect(briefly(audit(root).problems)).toEqual(['head .reyn/runs/run1/events.jsonl:3']);
    const closing = { outcome: 'finished', seq, head: forged.hash };
    await openIn(root).appendProject({ type: 'run_closed', run: 'run1', data: closing });
    expect(briefly(audit(root).problems)).toEqual([
      'duplicate .reyn/log/2026-01.jsonl:4',
      'head .reyn/runs/run1/events.jsonl:3',
    ]);
  });

  it('names a blob that is gone, one that was changed and a stranger among them', async () => {
    const root = await realStore();
    const dir = path.join(root, '.reyn', 'blobs');
    const [pack] = fs.readdirSync(dir) as [string];
    fs.writeFileSync(path.join(dir, pack), 'another skill');
    fs.writeFileSync(path.join(dir, 'note.txt'), 'hi');
    expect(briefly(audit(root).problems)).toEqual([`bad_blob .reyn/blobs/${pack}`, 'bad_blob .reyn/blobs/note.txt']);
    fs.rmSync(path.join(dir, pack));
    const { problems } = audit(root, 'run1');
    expect(briefly(problems)).toEqual([`missing_blob .reyn/blobs/${pack}`]);
    expect(problems[0]?.message).toContain('.reyn/runs/run1/events.jsonl names it in line 1');
  });

  it('changes nothing and leaves no trace', async () => {
    const root = await realStore();
    const before = fs.readdirSync(path.join(root, '.reyn'), { recursive: true });
    audit(root);
    expect(fs.readdirSync(path.join(root, '.reyn'), { recursive: true })).toEqual(before);
    const empty = freshRoot();
    expect(audit(empty)).toEqual({ ok: true, runs: 0, events: 0, blobs: 0, problems: [], notes: [] });
    expect(fs.readdirSync(empty)).toEqual([]);
  });

  it('refuses a run nothing is known of', async () => {
    expect(() => audit(freshRoot(), 'run1')).toThrow('there is no run run1');
  });
});
