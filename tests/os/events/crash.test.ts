import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { sqliteLocks } from '../../../src/os/events/locks.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { begin, expectAllSound, expectSound, live, liveTogether, mortalDisk, mortalLocks, type World } from './life.ts';
import { type MemoryDisk, memoryDisk, memoryLocks } from './memory-disk.ts';
import { decided, freshRoot, openIn, runFile, startActor } from './scene.ts';

function realWorld(): World {
  const root = freshRoot();
  return { root, disk: nodeDisk, locks: sqliteLocks(path.join(root, '.reyn', 'locks')) };
}

function memoryWorld(): World & { disk: MemoryDisk } {
  const root = path.resolve('/project');
  return { root, disk: memoryDisk(root), locks: memoryLocks() };
}

/** A run of two durable events whose process died, with half a line at the end of its log. */
async function tornRun(world: World): Promise<string[]> {
  const locks = mortalLocks(world.locks);
  const store = openStore({
    ...world,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    locks,
  });
  const { log, event } = await store.createRun('run1', begin(store));
  const { hash } = log.append(decided('before'));
  await log.close();
  locks.die();
  const file = world.disk.open(runFile(world.root, 'run1'), 'append');
  if (file === undefined) throw new Error('the log is not there');
  world.disk.write(file, Buffer.from('{"v":1,"seq":'));
  world.disk.datasync(file);
  world.disk.close(file);
  return [event.hash, hash];
}

/** How often a life changes the disk. */
async function changesOf(world: World) {
  const mortal = mortalDisk(world.disk);
  await live(world, mortal.disk);
  return { count: mortal.calls(), writes: mortal.writes };
}

function tearsIn(world: World): number {
  const store = openStore({
    ...world,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
  });
  return store.readRun('run1').filter(({ type }) => type === 'log_torn').length;
}

describe('a process that dies', () => {
  it('before any one change to the disk, or halfway through a write, loses nothing it was promised', async () => {
    const { count, writes } = await changesOf(realWorld());
    expect(count).toBeGreaterThan(20);
    for (let at = 1; at <= count; at++) {
      for (const half of writes.includes(at) ? [false, true] : [false]) {
        const world = realWorld();
        const promised = await live(world, mortalDisk(nodeDisk, at, half).disk);
        await expectSound(world, promised, `change ${at}${half ? ', halfway' : ''}`);
        fs.rmSync(world.root, { recursive: true });
      }
    }
  }, 60_000);

  it('by kill -9 at any moment leaves a run that another takes up with all that was acknowledged', async () => {
    const lives = [0, 7, 40].map(async (delay) => {
      const world = realWorld();
      const actor = startActor(['run', world.root, 'run1']);
      expect(await actor.line()).toBe('created');
      await sleep(delay);
      await actor.kill();
      const { out } = await actor.ended;
      const acknowledged = out.match(/durable \d+/g)?.length ?? 0;
      const store = openIn(world.root);
      expect(store.ownership('run1')?.alive).toBe(false);
      expect(store.readRun('run1').length).toBeGreaterThanOrEqual(acknowledged + 1);
      await expectSound(world, [], `after ${delay} ms`);
    });
    await Promise.all(lives);
  }, 30_000);

  it.skipIf(!isInstalled('strace'))(
    'by SIGKILL at a sync, rename or mkdir leaves a store that can go on (needs strace)',
    async () => {
      const moments = ['mkdir 7', 'fdatasync 4', 'rename 2', 'fsync 5'];
      for (const moment of moments) {
        const [call, when] = moment.split(' ');
        const world = realWorld();
        const kill = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${when}`];
        const actor = startActor(['run', world.root, 'run1', '2'], ['strace', '-f', '-qq', '-o', '/dev/null', ...kill]);
        const { out, signal, code } = await actor.ended;
        expect(signal ?? code, moment).toBe('SIGKILL');
        expect(openIn(world.root).runIds().length, moment).toBeGreaterThanOrEqual(out.includes('created') ? 1 : 0);
        await expectSound(world, [], moment);
      }
    },
    60_000,
  );

  it('leaves its run to exactly one of those who want it', async () => {
    const root = freshRoot();
    const owner = startActor(['run', root, 'run1']);
    expect(await owner.line()).toBe('created');
    const early = openIn(root);
    await expect(early.takeRun('run1', 'resume')).rejects.toMatchObject({ code: 'busy' });
    await owner.kill();
    const takers = [1, 2].map(() => startActor(['take', root, 'run1']));
    const said = await Promise.all(takers.map((taker) => taker.line()));
    expect(said.sort()).toEqual(['failed busy', 'took epoch 2']);
    expect(early.readRun('run1').filter(({ type }) => type === 'run_resumed')).toHaveLength(1);
  }, 30_000);
});

describe('when the power is cut', () => {
  it('before any one change to the disk, nothing that was promised is lost', async () => {
    const { count } = await changesOf(memoryWorld());
    for (let at = 1; at <= count + 1; at++) {
      for (const share of [0, 0.5, 1]) {
        const world = memoryWorld();
        const promised = await live(world, mortalDisk(world.disk, at).disk);
        world.disk.cutPower(share);
        await expectSound(world, promised, `change ${at}, ${share} of what was not synced survives`);
      }
    }
  });

  it('before any one change to the disk while several runs are under way, nothing that was promised is lost', async () => {
    const whole = memoryWorld();
    const counting = mortalDisk(whole.disk);
    await expectAllSound(whole, await liveTogether(whole, counting.disk), 'whole');
    expect(counting.calls()).toBeGreaterThan(40);
    for (let at = 1; at <= counting.calls() + 1; at++) {
      for (const share of [0, 0.5, 1]) {
        const world = memoryWorld();
        const promised = await liveTogether(world, mortalDisk(world.disk, at, true).disk);
        world.disk.cutPower(share);
        await expectAllSound(world, promised, `change ${at}, ${share} of what was not synced survives`);
      }
    }
  }, 30_000);

  it('while a second process goes on from where a first one died, nothing either was promised is lost', async () => {
    const { count } = await changesOf(memoryWorld());
    for (let first = 1; first <= count; first++) {
      for (let second = first % 5; second <= count; second += 5) {
        const world = memoryWorld();
        const promised = await live(world, mortalDisk(world.disk, first).disk);
        const later = simulatedClock(Date.UTC(2026, first % 2, 15)); // in the same month, or in the next
        promised.push(...(await live(world, mortalDisk(world.disk, second).disk, later)));
        world.disk.cutPower(0);
        await expectSound(world, promised, `change ${first}, then change ${second}`);
      }
    }
  }, 30_000);

  it('an event of a new month never outlives what a dead process wrote at the end of the old one', async () => {
    const { root, disk, locks: under } = memoryWorld();
    const append = async (on: Disk, month: number) => {
      const locks = mortalLocks(under);
      const clock = simulatedClock(Date.UTC(2026, month, 15));
      const store = openStore({
        root,
        disk: on,
        locks,
        clock,
        ids: randomIds,
        signer: undefined,
        redact: openRedactor({ known: [] }),
      });
      const data = { key: 'k', value: month, file: 'reyn.yaml' };
      await store.appendProject({ type: 'config_set', data }).catch(() => undefined);
      locks.die();
    };
    await append(disk, 0);
    const counting = mortalDisk(disk);
    await append(counting.disk, 0);
    const afterWrite = (counting.writes.at(-1) ?? 0) + 1;
    await append(mortalDisk(disk, afterWrite).disk, 0);
    await append(disk, 1);
    disk.cutPower(0);
    const store = openStore({
      root,
      disk,
      locks: under,
      clock: simulatedClock(),
      ids: randomIds,
      signer: undefined,
      redact: openRedactor({ known: [] }),
    });
    expect(store.readProject().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('while a torn run is taken up, nothing that was promised is lost and the tear is on record', async () => {
    const first = memoryWorld();
    await tornRun(first);
    const { problems } = verifyStore(first.root, {}, { signer: undefined, ...first });
    expect(problems.map(({ reason }) => reason)).toEqual(['torn']);
    const { count } = await changesOf(first);
    for (let at = 1; at <= count + 1; at++) {
      for (const share of [0, 0.5, 1]) {
        const world = memoryWorld();
        const promised = await tornRun(world);
        const more = await live(world, mortalDisk(world.disk, at, true).disk);
        world.disk.cutPower(share);
        const label = `change ${at}, ${share} of what was not synced survives`;
        await expectSound(world, [...promised, ...more], label);
        expect(tearsIn(world), label).toBeGreaterThan(0);
      }
    }
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
