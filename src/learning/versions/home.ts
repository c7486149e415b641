import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import { layoutOf } from '../../os/events/layout.ts';
import { type Locks, sqliteLocks, withLockNow } from '../../os/events/locks.ts';
import { type Archive, openArchive } from './archive.ts';

/** Where versions lie, whose exchange is under way, and the lock of each skill. */
export type VersionsHome = {
  archive(skill: string): Archive;
  /** Names of skills with a mark that an exchange is under way. */
  marked(): readonly string[];
  isMarked(skill: string): boolean;
  /** The file that is the mark of a skill. */
  markOf(skill: string): string;
  /** Makes the folders there are to be; the store's own are there. */
  make(skill: string): void;
  /** Durable before an intent is, and gone after its receipt: so that most programs need look into no log. */
  mark(skill: string): void;
  unmark(skill: string): void;
  /** Does `work` while nobody else changes the skill. @throws UserError `busy`. */
  locked<T>(skill: string, work: () => Promise<T>): Promise<T>;
  /** The same at once. `undefined` when somebody holds the lock and `wait` is false. */
  lockedNow<T>(skill: string, wait: boolean, work: () => T): T | undefined;
};

const PATIENCE_MS = 10_000;
const MARKS = '.under-way';

export function openVersionsHome({ root, disk }: { root: string; disk: Disk }): VersionsHome {
  const layout = layoutOf(root);
  const top = join(layout.home, 'skill-versions');
  const marks = join(top, MARKS);
  const locks: Locks = sqliteLocks(layout.locks);
  const lockOf = (skill: string) => `skill-${skill}`;

  /** A mark is removed in the end: where a link leads nothing may be taken for one. */
  const isPlain = () => [top, marks].every((dir) => lstatSync(dir).isDirectory());

  return {
    archive(skill) {
      for (const dir of [top, join(top, skill)]) refuseLink(disk, dir);
      return openArchive(disk, join(top, skill));
    },
    marked() {
      if (!existsSync(marks) || !isPlain()) return [];
      return readdirSync(marks).filter((skill) => isMark(join(marks, skill)));
    },
    isMarked: (skill) => existsSync(join(marks, skill)) && isPlain() && isMark(join(marks, skill)),
    markOf: (skill) => join(marks, skill),
    make(skill) {
      for (const [dir, parent] of [
        [top, layout.home],
        [marks, top],
        [join(top, skill), top],
      ] as const) {
        refuseLink(disk, dir);
        disk.makeDir(dir);
        disk.syncDir(parent);
      }
    },
    mark(skill) {
      const file = disk.open(join(marks, skill), 'append');
      if (file !== undefined) disk.close(file);
      disk.syncDir(marks);
    },
    unmark(skill) {
      disk.remove(join(marks, skill));
    },

    async locked(skill, work) {
      const until = performance.now() + PATIENCE_MS;
      for (;;) {
        const held = locks.take(lockOf(skill));
        if (held !== undefined) {
          try {
            return await work();
          } finally {
            held.release();
          }
        }
        if (performance.now() >= until) throw busy(skill);
        await sleep(1 + Math.random() * 4);
      }
    },

    lockedNow(skill, wait, work) {
      disk.makeDir(layout.locks); // a mark may have come along with a project, and no folder of locks
      if (wait) return withLockNow(locks, lockOf(skill), work, PATIENCE_MS);
      const held = locks.take(lockOf(skill));
      if (held === undefined) return undefined;
      try {
        return work();
      } finally {
        held.release();
      }
    },
  };
}

function busy(skill: string): UserError {
  return new UserError('busy', `another process has been changing the skill "${skill}" for ${PATIENCE_MS / 1000} s`, {
    hint: 'Wait for it to finish, or stop it, and try again.',
  });
}

/** Only empty files are marks; what else came along with a project is none, and stops nobody. */
function isMark(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === 0;
}

/** What versions are written to and pruned from is in the project: a link that came with it could lead anywhere. */
function refuseLink(disk: Disk, dir: string): void {
  if (!disk.isLink(dir)) return;
  throw new UserError('refused', `versions are kept in folders, and ${dir} is a link`, {
    where: { file: dir },
    hint: 'Remove the link.',
  });
}
