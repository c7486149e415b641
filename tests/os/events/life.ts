import path from 'node:path';
import { expect } from 'vitest';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { type Clock, simulatedClock } from '../../../src/os/clock.ts';
import type { Disk } from '../../../src/os/disk.ts';
import type { RunEventBody } from '../../../src/os/events/event.ts';
import type { Held, Locks } from '../../../src/os/events/locks.ts';
import type { RunLog, Store } from '../../../src/os/events/port.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { decided, FINISHED, firstEvent } from './scene.ts';

/** Where lives are lived: one store of one run, `run1`, one process after another. */
export type World = { readonly root: string; readonly disk: Disk; readonly locks: Locks };

class Killed extends Error {}

/** A disk whose process dies. `calls` counts those that change something, `writes` says which of them were writes. */
export type MortalDisk = { readonly disk: Disk; calls(): number; readonly writes: readonly number[] };

/**
 * A disk of a process that is killed just before its `at`-th call that changes something, or, with `half`, in the
 * midst of it if it is a write. From then on nothing it does reaches the disk.
 */
export function mortalDisk(under: Disk, at = Number.POSITIVE_INFINITY, half = false): MortalDisk {
  let calls = 0;
  const writes: number[] = [];
  const mortal =
    <A extends readonly unknown[], R>(act: (...args: A) => R, halfway?: (...args: A) => void) =>
    (...args: A): R => {
      calls++;
      if (halfway !== undefined) writes.push(calls);
      if (calls === at && half) halfway?.(...args);
      if (calls >= at) throw new Killed();
      return act(...args);
    };
  const disk: Disk = {
    ...under,
    open: mortal(under.open),
    write: mortal(under.write, (file, bytes) => under.write(file, bytes.subarray(0, bytes.length >> 1))),
    datasync: mortal(under.datasync),
    datasyncLater: mortal(under.datasyncLater),
    truncate: mortal(under.truncate),
    rename: mortal(under.rename),
    remove: mortal(under.remove),
    removeTree: mortal(under.removeTree),
    makeDir: mortal(under.makeDir),
    openInFolderLater: mortal(under.openInFolderLater),
    syncDir: mortal(under.syncDir),
    syncDirLater: mortal(under.syncDirLater),
  };
  return { disk, calls: () => calls, writes };
}

/** Locks that can be let go all at once, as the operating system does for a process that dies. */
export function mortalLocks(locks: Locks): Locks & { die(): void } {
  const held = new Set<Held>();
  return {
    ...locks,
    take(name) {
      const taken = locks.take(name);
      if (taken === undefined) return undefined;
      const mine = {
        release() {
          held.delete(mine);
          taken.release();
        },
      };
      held.add(mine);
      return mine;
    },
    forget: () => undefined,
    die() {
      for (const lock of held) lock.release();
    },
  };
}

export function begin(store: Store): RunEventBody {
  return firstEvent(store, { pack: store.blobs.put('the skill') });
}

const LARGE = 'x'.repeat(9000);

/**
 * One life of a process on `disk`: it creates the run or takes it up, appends to it and ends it, if it lives so long.
 * @returns hashes of the events it was promised are durable.
 */
export async function live(world: World, disk: Disk, clock: Clock = simulatedClock()): Promise<string[]> {
  const durable: string[] = [];
  const locks = mortalLocks(world.locks);
  const store = openStore({
    root: world.root,
    clock,
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    disk,
    locks,
  });
  const append = async (log: RunLog, text: string) => {
    const { hash } = log.append(decided(text));
    await log.flush();
    durable.push(hash);
  };
  try {
    let log: RunLog;
    if (store.hasRun('run1')) {
      const taken = await store.takeRun('run1', 'resume');
      durable.push(...taken.events.map(({ hash }) => hash));
      log = taken.log;
      if (taken.events.at(-1)?.type === 'run_finished') {
        await store.close();
        return durable;
      }
    } else {
      const made = await store.createRun('run1', begin(store));
      durable.push(made.event.hash);
      log = made.log;
    }
    await append(log, 'a');
    await append(log, LARGE);
    const { hash } = log.append(FINISHED);
    await log.close();
    durable.push(hash);
    await store.close();
  } catch (error) {
    if (!isKilled(error)) throw error;
  } finally {
    locks.die();
  }
  return durable;
}

const TOGETHER = ['run1', 'run2', 'run3'];

/**
 * One life in which a run and two sub-runs of it are under way at once: made, appended to and ended together.
 * @returns hashes of the events it was promised are durable, by run.
 */
export async function liveTogether(world: World, disk: Disk): Promise<ReadonlyMap<string, readonly string[]>> {
  const durable = new Map<string, string[]>();
  const locks = mortalLocks(world.locks);
  const store = openStore({
    root: world.root,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    disk,
    locks,
  });
  const one = async (run: string, intended?: Promise<void>): Promise<void> => {
    const { log, event } = await store.createRun(run, begin(store), intended);
    const promised = [event.hash];
    durable.set(run, promised);
    const { hash } = log.append(decided(run));
    await log.flush();
    promised.push(hash);
    const end = log.append(FINISHED);
    await log.close();
    promised.push(end.hash);
  };
  try {
    const { log, event } = await store.createRun('run0', begin(store));
    durable.set('run0', [event.hash]);
    const intent = log.append(decided('the others begin'));
    const intended = log.flush();
    const ends = await Promise.allSettled(TOGETHER.map((run) => one(run, intended)));
    await intended;
    durable.get('run0')?.push(intent.hash);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    await log.close();
    await store.close();
  } catch (error) {
    if (!isKilled(error)) throw error;
  } finally {
    locks.die();
  }
  return durable;
}

/** Every run can be taken up and ended, nothing that was promised is lost, and the audit finds nothing. */
export async function expectAllSound(
  { root, disk, locks }: World,
  promised: ReadonlyMap<string, readonly string[]>,
  label: string,
): Promise<void> {
  const store = openStore({
    root,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    disk,
    locks,
  });
  const runs = store.runIds();
  expect(runs, label).toEqual(expect.arrayContaining([...promised.keys()]));
  if (runs.length > 1) expect(store.readRun('run0').length, `${label}: the intent precedes`).toBeGreaterThan(1);
  for (const run of runs) {
    const { log, events } = await store.takeRun(run, 'resume');
    const hashes = events.map(({ hash }) => hash);
    expect(hashes, label).toEqual(expect.arrayContaining([...(promised.get(run) ?? [])]));
    if (events.at(-1)?.type !== 'run_finished') log.append(FINISHED);
    await log.close();
  }
  await store.close();
  expect(verifyStore(root, {}, { signer: undefined, disk, locks }).problems, label).toEqual([]);
}

function isKilled(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && isKilled(error.cause));
}

/** The run can be taken up and ended, nothing that was promised is lost, and the audit finds nothing. */
export async function expectSound(world: World, promised: readonly string[], label: string): Promise<void> {
  const { root, disk, locks } = world;
  const store = openStore({
    root,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    disk,
    locks,
  });
  if (!store.hasRun('run1')) {
    expect(promised, label).toEqual([]);
    const { log } = await store.createRun('run1', begin(store));
    await log.close();
  } else {
    const { log, events } = await store.takeRun('run1', 'resume');
    const hashes = events.map(({ hash }) => hash);
    expect(hashes, label).toEqual(expect.arrayContaining([...promised]));
    JSON.stringify(events); // reads what lies in blobs
    if (events.at(-1)?.type !== 'run_finished') log.append(FINISHED);
    await log.close();
  }
  await store.close();
  expect(verifyStore(root, {}, { signer: undefined, disk, locks }).problems, label).toEqual([]);
  expect(disk.list(path.join(root, '.reyn', 'tmp')), label).toEqual([]);
}
