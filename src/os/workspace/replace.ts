import fs from 'node:fs';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { digestFile } from './file.ts';
import type { Folder } from './folder.ts';
import { isErrno, refuseErrno } from './refuse.ts';

/**
 * Replacing and removing files.
 *
 *  - R1 A reader sees the old file or the new one. The new content is durable before the rename; the name becomes
 *    durable with the next `syncDirectories`.
 *  - R2 The digest of what is there is compared with the pre-image at the last moment before the name changes.
 *  - R3 The temporary file lies in the same folder, is created exclusively, and is named after the run and the target:
 *    the repeated write after a crash finds what the first left and takes its place, so nothing piles up.
 */
export type Replacement = { readonly name: string; readonly bytes: Uint8Array; readonly pre: string | null };

export type Writer = {
  /** Distinguishes runs in names of temporary files; 8 characters. */
  readonly tag: string;
  /** Whether other runs are open, so that a flush must not hold them up. */
  readonly shareDisk: () => boolean;
  /** Paths being replaced by this process now. */
  readonly busy: Set<string>;
};

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const TEMPORARY = /^\.reyn-[0-9a-f]{8}-[0-9a-f]{8}(-\d+)?\.tmp$/;
const fsyncAsync = promisify(fs.fsync);

/** Whether a name is that of a write under way (or of one that a crash cut off). */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** @throws OpError `changed`, `refused`, `not_a_file`; UserError `disk` when a flush fails or the disk is full. */
export async function replaceFile(folder: Folder, file: Replacement, writer: Writer, shown: string): Promise<void> {
  const before = fs.lstatSync(folder.at(file.name), { throwIfNoEntry: false });
  const mode = before?.isFile() === true ? before.mode & 0o777 : undefined;
  const temporary = openTemporary(folder, file.name, writer, mode ?? 0o666, shown);
  try {
    try {
      if (mode !== undefined) fs.fchmodSync(temporary.fd, mode); // the umask applied to what open was asked for
      writeAll(temporary.fd, file.bytes);
      await flush(temporary.fd, writer.shareDisk(), shown);
    } finally {
      fs.closeSync(temporary.fd);
    }
    expectPreImage(folder, file.name, file.pre, shown);
    fs.renameSync(folder.at(temporary.name), folder.at(file.name));
  } catch (error) {
    fs.rmSync(folder.at(temporary.name), { force: true });
    throw refuseErrno(error, shown);
  } finally {
    writer.busy.delete(temporary.key);
  }
}

/** @throws OpError `changed`, `refused`, `not_a_file`. */
export function removeFile(folder: Folder, name: string, pre: string, shown: string): void {
  expectPreImage(folder, name, pre, shown);
  try {
    fs.unlinkSync(folder.at(name));
  } catch (error) {
    throw refuseErrno(error, shown);
  }
}

function expectPreImage(folder: Folder, name: string, pre: string | null, shown: string): void {
  const there = digestFile(folder, name, shown);
  folder.sound();
  if (there === pre) return;
  if (there === null) throw new OpError('changed', `"${shown}" is not there any more.`);
  throw new OpError('changed', `"${shown}" was changed by somebody else in the meantime; read it again.`);
}

type Temporary = { readonly fd: number; readonly name: string; readonly key: string };

function openTemporary(folder: Folder, target: string, writer: Writer, mode: number, shown: string): Temporary {
  const stem = `.reyn-${writer.tag}-${sha256(target).slice(0, 8)}`;
  for (let n = 0; ; n++) {
    const key = `${n} ${shown}`;
    if (writer.busy.has(key)) continue;
    const name = n === 0 ? `${stem}.tmp` : `${stem}-${n}.tmp`;
    try {
      const fd = openNew(folder.at(name), mode);
      writer.busy.add(key);
      return { fd, name, key };
    } catch (error) {
      if (!isErrno(error, 'EEXIST') || n > 9) throw refuseErrno(error, shown);
    }
  }
}

/** Creates the file; what lies in its place is the rest of a write that a crash cut off, and is taken away (R3). */
function openNew(path: string, mode: number): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  try {
    return fs.openSync(path, flags, mode);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, 'EISDIR', 'EPERM')) throw error; // a folder of that name: the next name is tried
  }
  return fs.openSync(path, flags, mode);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done);
}

/** A failed flush is no error of the op: the disk is not to be trusted. */
async function flush(fd: number, shared: boolean, shown: string): Promise<void> {
  try {
    if (shared) await fsyncAsync(fd);
    else fs.fsyncSync(fd);
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
    throw new UserError('disk', `The disk refused to make "${shown}" durable.`, { cause: error });
  }
}

/** Makes the names in a folder durable. @throws UserError `disk`. */
export async function flushFolder(folder: Folder, shared: boolean, shown: string): Promise<void> {
  try {
    await flush(folder.fd, shared, shown);
  } catch (error) {
    throw refuseErrno(error, shown);
  }
}
