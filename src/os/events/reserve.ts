import { type Disk, isDiskFull, writeAll } from '../disk.ts';
import type { Layout } from './layout.ts';

/**
 * Space kept so that "disk full" can still be recorded: a file that is removed when a write finds no room. From then on
 * a run may only say its last words, until the reserve could be made again.
 */
export type Reserve = {
  /** Makes the reserve where it is absent and there is room. */
  ensure(): void;
  /** Gives the space back to the disk. @returns whether there was any. */
  free(): boolean;
  /** Whether the space was given up. */
  readonly spent: boolean;
};

const RESERVE_BYTES = 64 * 1024;

export function openReserve(disk: Disk, layout: Layout): Reserve {
  let spent = false;

  /** A crash while it was made leaves a short one, which would be no help. */
  function isWhole(): boolean {
    return (disk.stat(layout.reserve)?.bytes ?? 0) >= RESERVE_BYTES;
  }

  function make(): boolean {
    if (disk.stat(layout.reserve) !== undefined) disk.remove(layout.reserve);
    const file = disk.open(layout.reserve, 'new');
    if (file === undefined) return true;
    try {
      writeAll(disk, file, Buffer.alloc(RESERVE_BYTES));
      disk.datasync(file);
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      disk.remove(layout.reserve);
      return false;
    } finally {
      disk.close(file);
    }
  }

  return {
    ensure() {
      if (isWhole() || make()) spent = false;
    },
    free() {
      if (disk.stat(layout.reserve) === undefined) return false;
      disk.remove(layout.reserve);
      spent = true;
      return true;
    },
    get spent() {
      return spent;
    },
  };
}
