import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { Bug } from '../errors.ts';
import type { Layout } from './layout.ts';
import { type Held, type Locks, ownerLock, PROJECT_LOCK, withLockNow } from './locks.ts';
import type { Reserve } from './reserve.ts';

/**
 * The store's folders, and this process's presence in them: its owner lock, held from the first write until `leave`.
 * A process that only reads leaves no trace.
 */
export type Home = {
  /** Makes the folders, takes the owner lock and clears up after the dead. Costs nothing when done before. */
  enter(): void;
  /** A fresh path for a file or folder on its way to its place. */
  temp(): string;
  leave(): void;
};

export function openHome(disk: Disk, layout: Layout, locks: Locks, reserve: Reserve, owner: string): Home {
  let held: Held | undefined;
  let count = 0;

  /** Synced also where the folders are there already: whoever made them may have died before doing so. */
  function makeFolders(): void {
    const folders = [layout.home, layout.runs, layout.log, layout.blobs, layout.temp, layout.locks];
    for (const dir of folders.filter((path) => disk.stat(path) === undefined)) disk.makeDir(dir);
    disk.syncDir(layout.root);
    disk.syncDir(layout.home);
  }

  function clearUp(): void {
    const others = locks.names().filter((name) => name.startsWith(ownerLock('')) && name !== ownerLock(owner));
    const alive = new Set<string>();
    for (const name of others) {
      if (locks.held(name)) alive.add(name);
      else locks.forget(name);
    }
    for (const name of disk.list(layout.temp)) {
      const writer = ownerLock(name.slice(0, name.lastIndexOf('.')));
      if (!alive.has(writer)) disk.removeTree(join(layout.temp, name));
    }
  }

  function enter(): void {
    if (held !== undefined) return;
    makeFolders();
    withLockNow(locks, PROJECT_LOCK, () => {
      clearUp();
      held = locks.take(ownerLock(owner));
    });
    if (held === undefined) throw new Bug(`another process calls itself ${owner}`);
    reserve.ensure();
  }

  return {
    enter,
    temp() {
      enter();
      count++;
      return join(layout.temp, `${owner}.${count}`);
    },
    leave() {
      if (held === undefined) return;
      locks.forget(ownerLock(owner)); // while it is held: nobody can mistake a new file of that name for it
      held.release();
      held = undefined;
    },
  };
}
