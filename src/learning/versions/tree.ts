import { dirname, join } from 'node:path';
import { type Disk, writeAll } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';

/** A file that is to be written; `mode` less the umask. */
export type TreeFile = { readonly path: string; readonly mode: number; readonly bytes: () => Uint8Array };

/**
 * Writes a new folder so that all of it is durable when this returns, but for its own name: the caller syncs the folder
 * it lies in. What was there of that name goes.
 * @param mode of folders.
 */
export function writeTree(
  disk: Disk,
  dir: string,
  { files, folders = [], mode }: { files: readonly TreeFile[]; folders?: readonly string[]; mode: number },
): void {
  disk.removeTree(dir);
  const made = new Set<string>();
  const make = (folder: string): void => {
    if (made.has(folder)) return;
    if (folder !== dir) make(dirname(folder));
    disk.makeDir(folder, mode);
    made.add(folder);
  };
  make(dir);
  for (const folder of folders) make(join(dir, folder));
  for (const file of files) {
    const place = join(dir, file.path);
    make(dirname(place));
    writeNew(disk, place, file);
  }
  // whatever is in a folder is durable before the name of the folder is
  for (const folder of [...made].sort((a, b) => b.length - a.length)) disk.syncDir(folder);
}

function writeNew(disk: Disk, place: string, { bytes, mode }: TreeFile): void {
  const file = disk.open(place, 'new', mode);
  if (file === undefined) throw new UserError('disk', `cannot create ${place}: it is there already`);
  try {
    writeAll(disk, file, bytes());
    disk.datasync(file);
  } finally {
    disk.close(file);
  }
}
