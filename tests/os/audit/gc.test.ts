import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectGarbage, type GcReport } from '../../../src/os/audit/gc.ts';
import { chooseTrees, type Tree } from '../../../src/os/audit/retention.ts';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { type Clock, simulatedClock } from '../../../src/os/clock.ts';
import type { Retention } from '../../../src/os/config/config.ts';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import type { RunEventBody } from '../../../src/os/events/event.ts';
import { encodeLine } from '../../../src/os/events/line.ts';
import { type Locks, sqliteLocks } from '../../../src/os/events/locks.ts';
import type { Store } from '../../../src/os/events/port.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { openSigner } from '../../../src/os/signer.ts';
import type { Signer } from '../../../src/os/signing.ts';
import { mortalDisk, mortalLocks } from '../events/life.ts';
import { memoryDisk, memoryLocks } from '../events/memory-disk.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, runFile } from '../events/scene.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

type World = { root: string; disk: Disk; locks: Locks; signer: Signer | undefined };

function realWorld(signer?: Signer): World {
  const root = freshRoot();
  return { root, disk: nodeDisk, locks: sqliteLocks(path.join(root, '.reyn', 'locks')), signer };
}

const store = ({ root, disk, locks, signer }: World, clock: Clock = simulatedClock(START)): Store =>
  openStore({ root, clock, ids: randomIds, signer, redact: openRedactor({ known: [] }), disk, locks });

const large = (text: string): RunEventBody => ({
  type: 'op_finished',
  step: 's',
  data: { result: text.repeat(9000) },
});

/** How a run of the tests ends. */
type End = 'finished' | 'waiting' | 'interrupted';

async function addRun(open: Store, run: string, text: string, end: End = 'finished', parent?: string): Promise<void> {
  const pack = open.blobs.put('the skill');
  const { log } = await open.createRun(run, firstEvent(open, { pack, ...(parent === undefined ? {} : { parent }) }));
  log.append(decided(text));
  log.append(large('s')); // what all runs share
  log.append(large(text));
  if (end === 'finished') log.append(FINISHED);
  if (end === 'waiting') log.append({ type: 'run_suspended', data: { waiting: ['q'] } });
  if (end === 'interrupted') log.append({ type: 'run_interrupted', data: { cause: 'signal', message: '' } });
  await log.close();
}

/**
 * On day 0 `old` ends with its sub-run `oldchild`, on day 10 `mid`, on day 20 `new`; `waits` waits since day 0, and of
 * `half`, which ended on day 0, the sub-run has not.
 */
async function lived(world: World): Promise<void> {
  const clock = simulatedClock(START);
  const open = store(world, clock);
  await addRun(open, 'old', 'a');
  await addRun(open, 'oldchild', 'b', 'finished', 'old');
  await addRun(open, 'waits', 'c', 'waiting');
  await addRun(open, 'half', 'd');
  await addRun(open, 'halfchild', 'e', 'interrupted', 'half');
  clock.advance(10 * DAY);
  await addRun(open, 'mid', 'f');
  clock.advance(10 * DAY);
  await addRun(open, 'new', 'g');
  await open.close();
}

async function gc(world: World, retention: Retention | undefined, rest: { dryRun?: boolean } = {}): Promise<GcReport> {
  const clock = simulatedClock(START + 21 * DAY);
  const locks = mortalLocks(world.locks);
  const opened: Store[] = [];
  try {
    const report = await collectGarbage({
      root: world.root,
      disk: world.disk,
      retention,
      clock,
      dryRun: rest.dryRun === true,
      store: () => {
        opened[0] ??= store({ ...world, locks }, clock);
        return opened[0];
      },
    });
    await opened[0]?.close();
    return report;
  } finally {
    locks.die();
  }
}

const verify = ({ root, disk, locks, signer }: World, run?: string) =>
  verifyStore(root, run === undefined ? {} : { run }, { signer, disk, locks });
const runsIn = ({ root, disk }: World) => disk.list(path.join(root, '.reyn/runs'));
const blobsIn = ({ root, disk }: World) => disk.list(path.join(root, '.reyn/blobs'));
const removedIn = ({ removed }: GcReport) => removed.map(({ run }) => run).sort();

describe('the rule of retention', () => {
  const tree = (root: string, day: number | undefined): Tree => ({
    root,
    skill: 's',
    runs: [root],
    ended: day === undefined ? undefined : new Date(START + day * DAY).toISOString(),
    isBegun: false,
  });
  const trees = [tree('a', 1), tree('b', 5), tree('c', 9), tree('d', undefined)];
  it.each<[Retention, string[]]>([
    [{ days: 6 }, ['a']],
    [{ days: 0 }, ['a', 'b', 'c']],
    [{ keep: 2 }, ['a']],
    [{ keep: 0 }, ['a', 'b', 'c']],
    [{ days: 2, keep: 2 }, ['a']],
    [{ days: 6, keep: 0 }, ['a']],
    [{ days: 100, keep: 1 }, []],
  ])('%j takes %j of runs that ended 9, 5 and 1 days ago and one that has not', (retention, taken) => {
    const { remove, unfinished } = chooseTrees(trees, retention, START + 10 * DAY);
    expect(remove.map(({ root }) => root).sort()).toEqual(taken);
    expect(unfinished.map(({ root }) => root)).toEqual(['d']);
  });
});

describe('gc', () => {
  it('removes what the rule takes, with sub-runs, work folders and blobs that nothing else names', async () => {
    const world = realWorld();
    await lived(world);
    for (const run of ['old', 'new']) {
      fs.mkdirSync(path.join(world.root, '.reyn/work', run, 'deep'), { recursive: true });
      fs.writeFileSync(path.join(world.root, '.reyn/work', run, 'deep/file'), run);
    }
    const before = blobsIn(world).length;
    const dry = await gc(world, { days: 15 }, { dryRun: true });
    expect(runsIn(world)).toHaveLength(7);
    const report = await gc(world, { days: 15 });
    expect(removedIn(report)).toEqual(['old', 'oldchild']);
    expect(report).toMatchObject({ rule: 'ended over 15 days ago', kept: 2, unfinished: 2, refused: [], finished: [] });
    expect({ ...report, dryRun: true }).toEqual(dry);
    expect(report.blobs).toEqual({ blobs: 2, bytes: 18_004 });
    expect(blobsIn(world)).toHaveLength(before - 2);
    expect(runsIn(world)).toEqual(['half', 'halfchild', 'mid', 'new', 'waits']);
    expect(fs.readdirSync(path.join(world.root, '.reyn/work'))).toEqual(['new']);
    expect(fs.readdirSync(path.join(world.root, '.reyn/tmp'))).toEqual([]);

    const audit = verify(world);
    expect(audit.problems).toEqual([]);
    const removed = audit.notes.filter(({ reason }) => reason === 'removed');
    expect(removed.map(({ run }) => run).sort()).toEqual(['old', 'oldchild']);
    expect(verify(world, 'old').notes[0]?.message).toBe('run old was removed: ended over 15 days ago');
    expect(await gc(world, { days: 15 })).toMatchObject({ removed: [], blobs: { blobs: 0 } });
  });

  it('removes nothing without a rule', async () => {
    const world = realWorld();
    await lived(world);
    for (const none of [undefined, {}]) {
      const report = await gc(world, none);
      expect(report).toMatchObject({ removed: [], kept: 3, unfinished: 2 });
      expect(report.rule).toBeUndefined();
    }
    expect(runsIn(world)).toHaveLength(7);
  });

  it('keeps a run that waits, one that was interrupted, and whatever started or was started by it', async () => {
    const world = realWorld();
    await lived(world);
    await gc(world, { days: 0 });
    expect(runsIn(world)).toEqual(['half', 'halfchild', 'waits']);
    expect(verify(world).problems).toEqual([]);
  });

  it('records the removal before anything goes', async () => {
    const world = realWorld();
    await lived(world);
    const seen: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      rename(from, to) {
        const log = monthFiles(world.root)
          .map((file) => fs.readFileSync(file, 'utf8'))
          .join('');
        const run = path.basename(from);
        if (path.dirname(from).endsWith('runs')) seen.push(`${run} ${log.includes(`"run_removed","run":"${run}"`)}`);
        nodeDisk.rename(from, to);
      },
    };
    await gc({ ...world, disk }, { keep: 0 });
    expect(seen.sort()).toEqual(['mid true', 'new true', 'old true', 'oldchild true']);
  });

  it('refuses a run whose log is not what was written, and goes on with the others', async () => {
    const world = realWorld();
    await lived(world);
    const text = fs.readFileSync(runFile(world.root, 'old'), 'utf8');
    fs.writeFileSync(runFile(world.root, 'old'), text.replace('"text":"a"', '"text":"z"'));
    const report = await gc(world, { days: 0 });
    expect(report.refused).toMatchObject([{ run: 'old', code: 'corrupt' }]);
    expect(removedIn(report)).toEqual(['mid', 'new', 'oldchild']);
    expect(runsIn(world)).toContain('old');
  });

  it('leaves blobs while another process is at work, and removes them the next time', async () => {
    const world = realWorld();
    await lived(world);
    const before = blobsIn(world).length;
    const other = store(world);
    other.blobs.put('about to be named');
    const report = await gc(world, { days: 15 });
    expect(removedIn(report)).toEqual(['old', 'oldchild']);
    expect(report.blobs.left).toBe('another process is at work in the project');
    expect(blobsIn(world)).toHaveLength(before + 1);
    await other.close();
    expect((await gc(world, { days: 15 })).blobs).toEqual({ blobs: 3, bytes: 18_004 + 17 });
    expect(verify(world).problems).toEqual([]);
  });

  it('keeps a blob that this process put and has not named yet', async () => {
    const world = realWorld();
    await lived(world);
    const clock = simulatedClock(START + 21 * DAY);
    const open = store(world, clock);
    const digest = open.blobs.put('a'.repeat(9000));
    const ports = { root: world.root, retention: { days: 15 }, clock, dryRun: false, store: () => open };
    const named = open.blobs.put(JSON.stringify('a'.repeat(9000))); // the large member of `old`
    await collectGarbage(ports);
    expect(open.blobs.get(digest).length).toBe(9000);
    expect(open.blobs.get(named).length).toBe(9002);
    await open.close();
  });

  it('signs removals, and removes nothing signed without a key', async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-keys-'));
    onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
    const signer = openSigner({ dir: path.join(home, 'keys') });
    const world = realWorld(signer);
    await lived(world);
    const without = await gc({ ...world, signer: openSigner({ dir: undefined }) }, { days: 15 });
    expect(without.refused.map(({ run }) => run).sort()).toEqual(['old', 'oldchild']);
    expect(without.refused[0]?.message).toMatch(/there is no key to sign its removal with/);
    expect(removedIn(await gc(world, { days: 15 }))).toEqual(['old', 'oldchild']);
    const { ok, notes } = verifyStore(world.root, { signed: true }, { signer });
    expect([ok, ...notes.map(({ reason }) => reason)]).toEqual([true, 'removed', 'removed']);
  });
});

describe('gc never removes through a link', () => {
  it.each(['runs', 'work', 'blobs'])('of the folder %s', async (name) => {
    const world = realWorld();
    await lived(world);
    const at = path.join(world.root, '.reyn', name);
    const aside = path.join(world.root, 'aside');
    if (fs.existsSync(at)) fs.renameSync(at, aside);
    else fs.mkdirSync(path.join(aside, 'old'), { recursive: true });
    fs.symlinkSync(aside, at);
    const before = fs.readdirSync(aside, { recursive: true });
    const act = gc(world, { days: 15 });
    if (name === 'blobs') await expect(act).rejects.toThrow(/nothing is removed: \.reyn\/blobs is a link/);
    else await act.catch((error) => expect(String(error)).toMatch(/is a link/));
    expect(fs.readdirSync(aside, { recursive: true })).toEqual(before);
  });

  it('of a run, or in its work folder', async () => {
    const world = realWorld();
    await lived(world);
    const outside = path.join(world.root, 'outside');
    fs.mkdirSync(path.join(outside, 'deep'), { recursive: true });
    fs.writeFileSync(path.join(outside, 'deep/file'), 'mine');
    fs.mkdirSync(path.join(world.root, '.reyn/work/old'), { recursive: true });
    fs.symlinkSync(outside, path.join(world.root, '.reyn/work/old/link'));
    fs.symlinkSync(outside, path.join(world.root, '.reyn/work/oldchild'));
    fs.renameSync(path.join(world.root, '.reyn/runs/oldchild'), path.join(world.root, 'moved'));
    fs.symlinkSync(path.join(world.root, 'moved'), path.join(world.root, '.reyn/runs/oldchild'));
    fs.symlinkSync(outside, path.join(world.root, '.reyn/tmp/nobody.1')); // as if left behind by a dead process
    expect(removedIn(await gc(world, { days: 15 }))).toEqual(['old', 'oldchild']);
    expect(fs.readFileSync(path.join(outside, 'deep/file'), 'utf8')).toBe('mine');
    expect(fs.readdirSync(path.join(world.root, 'moved'))).toEqual(['events.jsonl']);
    expect(fs.readdirSync(path.join(world.root, '.reyn/work'))).toEqual([]);
    expect(fs.readdirSync(path.join(world.root, '.reyn/tmp'))).toEqual([]);
  });

  it('to where a forged id leads, nor a run that a forged record speaks of', async () => {
    const world = realWorld();
    await lived(world);
    const [file] = monthFiles(world.root) as [string];
    const last = JSON.parse(fs.readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '');
    let { seq, hash } = last;
    for (const run of ['../../victim', 'waits']) {
      seq += 1;
      const place = { seq, epoch: 1, ts: last.ts, type: 'run_removed', run, step: undefined, prev: hash };
      const made = encodeLine(place, JSON.stringify({ seq: 1, head: 'h', rule: 'r', by: 'b' }));
      fs.appendFileSync(file, made.line);
      hash = made.hash;
    }
    fs.mkdirSync(path.join(world.root, 'victim'));
    const report = await gc(world, { days: 15 });
    expect(report.refused.map(({ run }) => run)).toEqual(['waits']);
    expect(fs.existsSync(path.join(world.root, 'victim'))).toBe(true);
    expect(runsIn(world)).toContain('waits');
  });
});

describe('gc that is broken off', () => {
  const memoryWorld = (): World & { disk: ReturnType<typeof memoryDisk> } => {
    const root = path.resolve('/project');
    return { root, disk: memoryDisk(root), locks: memoryLocks(), signer: undefined };
  };

  async function die(world: World, at: number, half: boolean): Promise<void> {
    const mortal = mortalDisk(world.disk, at, half);
    await gc({ ...world, disk: mortal.disk }, { days: 15 }).catch((error) => {
      if (!String(error.cause ?? error.constructor.name).includes('Killed') && error.constructor.name !== 'Killed')
        throw error;
    });
  }

  async function expectFinished(world: World, label: string): Promise<void> {
    const report = verify(world);
    expect(
      report.problems.filter(({ reason }) => reason !== 'torn'),
      label,
    ).toEqual([]);
    await gc(world, { days: 15 });
    expect(runsIn(world), label).toEqual(['half', 'halfchild', 'mid', 'new', 'waits']);
    expect(blobsIn(world).length, label).toBe(7);
    const after = verify(world);
    expect(after.problems, label).toEqual([]);
    expect(after.notes.filter(({ reason }) => reason === 'removed').length, label).toBe(2);
    expect(world.disk.list(path.join(world.root, '.reyn/tmp')), label).toEqual([]);
  }

  async function changes(): Promise<{ count: number; writes: readonly number[] }> {
    const world = memoryWorld();
    await lived(world);
    const mortal = mortalDisk(world.disk);
    await gc({ ...world, disk: mortal.disk }, { days: 15 });
    return { count: mortal.calls(), writes: mortal.writes };
  }

  it('before any one change to the disk, or halfway through a write, is finished by the next', async () => {
    const { count, writes } = await changes();
    expect(count).toBeGreaterThan(15);
    for (let at = 1; at <= count; at++) {
      for (const half of writes.includes(at) ? [false, true] : [false]) {
        const world = memoryWorld();
        await lived(world);
        await die(world, at, half);
        await expectFinished(world, `killed at ${at} of ${count}${half ? ', halfway' : ''}`);
      }
    }
  });

  it('by a power cut is finished by the next', async () => {
    const { count } = await changes();
    for (let at = 1; at <= count + 1; at++) {
      const world = memoryWorld();
      await lived(world);
      await die(world, at, false);
      world.disk.cutPower(at % 2 === 0 ? 0.5 : 0);
      await expectFinished(world, `power cut at ${at} of ${count}`);
    }
  });
});
