import { type Disk, nodeDisk } from '../../../src/os/disk.ts';

export type DyingDisk = Disk & { readonly calls: () => number };

/**
 * A disk that takes no change any more from the first one on that `isEnd` says, as if the process had died there.
 * @param isEnd is given the number of the change, from 1, and the path it is about: of a rename the new one.
 */
export function dyingDisk(isEnd: (call: number, path: string) => boolean): DyingDisk {
  let calls = 0;
  let isDead = false;
  const counted =
    <A extends readonly unknown[], R>(pathOf: (rest: A) => string, act: (...rest: A) => R) =>
    (...rest: A): R => {
      calls++;
      isDead ||= isEnd(calls, pathOf(rest));
      if (isDead) throw new Error('the process died');
      return act(...rest);
    };
  const { open, write, datasync, datasyncLater, rename, remove, removeTree, makeDir, syncDir, truncate } = nodeDisk;
  return {
    ...nodeDisk,
    calls: () => calls,
    open: counted(([path]) => path, open),
    write: counted(([file]) => file.path, write),
    datasync: counted(([file]) => file.path, datasync),
    datasyncLater: counted(([file]) => file.path, datasyncLater),
    rename: counted(([, to]) => to, rename),
    remove: counted(([path]) => path, remove),
    removeTree: counted(([path]) => path, removeTree),
    makeDir: counted(([path]) => path, makeDir),
    syncDir: counted(([path]) => path, syncDir),
    truncate: counted(([file]) => file.path, truncate),
  };
}
