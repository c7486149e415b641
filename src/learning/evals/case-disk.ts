import { dirname, join } from 'node:path';
import type { Disk } from '../../os/disk.ts';

/**
 * A disk for the store of an evaluation. What was scored is flushed before it is acknowledged, as in any log; runs of cases
 * are not: the death of the process loses nothing of them, and what a power cut takes of one that was scored is its log
 * alone. One that was not scored is run again in any case.
 *
 * @param log folder of the store's own log, absolute.
 */
export function caseDisk(disk: Disk, log: string): Disk {
  const isKept = (path: string) => dirname(path) === log;
  const kept = new Set([log, dirname(log), dirname(dirname(log))]);
  return {
    ...disk,
    openInFolderLater: async (dir, name) => {
      disk.makeDir(dir);
      const file = disk.open(join(dir, name), 'new');
      return file ?? disk.openInFolderLater(dir, name); // refuses one that is there
    },
    datasync: (file) => {
      if (isKept(file.path)) disk.datasync(file);
    },
    datasyncLater: async (file) => {
      if (isKept(file.path)) await disk.datasyncLater(file);
    },
    syncDir: (path) => {
      if (kept.has(path)) disk.syncDir(path);
    },
    syncDirLater: async (path) => {
      if (kept.has(path)) await disk.syncDirLater(path);
    },
  };
}
