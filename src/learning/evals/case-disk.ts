import { basename, dirname } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import type { Layout } from '../../os/events/layout.ts';

/**
 * A disk for the store of an evaluation. What was scored is flushed before it is acknowledged, as in any log; runs of cases
 * are not: the death of the process loses nothing of them, and what a power cut takes of one that was scored is its log
 * alone. One that was not scored is run again in any case.
 *
 * One process has such a store open, so which runs there are and whether the reserve is whole is looked up once.
 */
export function caseDisk(disk: Disk, { log, runs, reserve }: Layout): Disk {
  const isKept = (path: string) => dirname(path) === log;
  const kept = new Set([log, dirname(log), dirname(dirname(log))]);
  let there: Set<string> | undefined;
  let reserved: ReturnType<Disk['stat']>;
  return {
    ...disk,
    stat: (path) => {
      if (path === reserve) {
        reserved ??= disk.stat(path);
        return reserved;
      }
      if (dirname(path) !== runs) return disk.stat(path);
      there ??= new Set(disk.list(runs));
      return there.has(basename(path)) ? disk.stat(path) : undefined;
    },
    rename: (from, to) => {
      disk.rename(from, to);
      if (dirname(to) === runs) there?.add(basename(to));
    },
    remove: (path) => {
      if (path === reserve) reserved = undefined;
      disk.remove(path);
    },
    open: (path, how, mode) => {
      if (path === reserve) reserved = undefined;
      return disk.open(path, how, mode);
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
