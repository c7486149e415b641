import { join } from 'node:path';
import { type Disk, type OpenFile, replaceFile } from '../disk.ts';
import { sha256 } from '../json.ts';

/**
 * A torn end is kept aside before it is cut off, in the log's folder, under a name made of the place it stood at and
 * of its bytes. So a crash between keeping and cutting, or between cutting and recording, is seen by whoever comes
 * next: the same name again, or a kept file that no `log_torn` event names.
 */
export type Kept = { readonly bytes: number; readonly kept: string };

const NAME = /^torn-(\d+)-([0-9a-f]{16})$/;

/** @param seq the place in the log that the torn line would have had. */
export function keepTorn(disk: Disk, dir: string, seq: number, bytes: Buffer, temp: string): Kept {
  const kept = `torn-${seq}-${sha256(bytes).slice(0, 16)}`;
  replaceFile(disk, join(dir, kept), bytes, temp);
  return { bytes: bytes.length, kept };
}

/** Cuts a log to its first `end` bytes, durably. The file must be open for appending. */
export function cut(disk: Disk, file: OpenFile, end: number): void {
  disk.truncate(file, end);
  disk.datasync(file);
}

/** Kept files of a folder that are not among `recorded`. */
export function unrecorded(disk: Disk, dir: string, recorded: ReadonlySet<string>): Kept[] {
  return disk
    .list(dir)
    .filter((name) => NAME.test(name) && !recorded.has(name))
    .map((kept) => ({ kept, bytes: disk.stat(join(dir, kept))?.bytes ?? 0 }));
}

/** Whether a kept file is there and holds the bytes its name and its record speak of. */
export function isIntact(disk: Disk, dir: string, { kept, bytes }: Kept): boolean {
  const part = NAME.exec(kept)?.[2];
  const found = part === undefined ? undefined : disk.read(join(dir, kept));
  return found !== undefined && found.length === bytes && sha256(found).startsWith(part as string);
}
