import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { Folder } from './folder.ts';
import { isErrno, refuseErrno } from './refuse.ts';
import type { FileText } from './workspace.ts';

/** Largest file an op reads, and largest it computes a digest of, in bytes. */
export const MAX_READ = 10_000_000;
const MAX_DIGEST = 200_000_000;
const CHUNK = 1 << 20;

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** An open regular file with one name. The caller closes `fd`. */
type Opened = { readonly fd: number; readonly size: number };

/**
 * Opens a regular file in `folder`; `undefined` when there is nothing of that name. Links, folders, devices, pipes and
 * files with a second name are refused by looking at the open descriptor: a pipe must not block, and a second name
 * may lie outside.
 */
function openRegular(folder: Folder, name: string, shown: string): Opened | undefined {
  let fd: number;
  try {
    fd = fs.openSync(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw refuseErrno(error, shown);
  }
  try {
    const stat = fs.fstatSync(fd);
    if (stat.isDirectory()) throw new OpError('not_a_file', `"${shown}" is a folder.`);
    if (!stat.isFile()) throw new OpError('not_a_file', `"${shown}" is not a regular file.`);
    if (stat.nlink > 1) {
      throw new OpError('refused', `"${shown}" has a second name (hard link), which may lie outside the project.`);
    }
    folder.sound();
    return { fd, size: stat.size };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** Bytes of a file; `undefined` when there is none. @throws OpError `not_a_file`, `too_large`, `refused`. */
export function readFile(folder: Folder, name: string, shown: string): Buffer | undefined {
  const opened = openRegular(folder, name, shown);
  if (opened === undefined) return undefined;
  try {
    return readAll(opened, shown);
  } catch (error) {
    throw refuseErrno(error, shown);
  } finally {
    fs.closeSync(opened.fd);
  }
}

/** Reads to the end, whatever size was reported: some files say 0 and are not empty. */
function readAll({ fd, size }: Opened, shown: string): Buffer {
  if (size > MAX_READ) throw tooLarge(shown, MAX_READ);
  let buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (let n = fs.readSync(fd, buffer); n > 0; n = fs.readSync(fd, buffer, length, buffer.length - length, null)) {
    length += n;
    if (length > MAX_READ) throw tooLarge(shown, MAX_READ);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.max(4096, length))]);
  }
  return buffer.subarray(0, length);
}

/** SHA-256 (hex) of a file; `null` when there is none. @throws OpError `not_a_file`, `too_large`, `refused`. */
export function digestFile(folder: Folder, name: string, shown: string): string | null {
  // most writes make a new file, and an exception costs more than a look
  if (fs.lstatSync(folder.at(name), { throwIfNoEntry: false }) === undefined) return null;
  const opened = openRegular(folder, name, shown);
  if (opened === undefined) return null;
  try {
    if (opened.size <= MAX_READ) return sha256(readAll(opened, shown));
    if (opened.size > MAX_DIGEST) throw tooLarge(shown, MAX_DIGEST);
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let n = fs.readSync(opened.fd, chunk); n > 0; n = fs.readSync(opened.fd, chunk))
      hash.update(chunk.subarray(0, n));
    return hash.digest('hex');
  } catch (error) {
    throw refuseErrno(error, shown);
  } finally {
    fs.closeSync(opened.fd);
  }
}

function tooLarge(shown: string, cap: number): OpError {
  return new OpError('too_large', `"${shown}" is larger than ${cap / 1_000_000} MB.`);
}

/** Bytes as text, every character kept. @throws OpError `not_text` for what is not UTF-8 or holds a NUL. */
export function textOf(bytes: Buffer, shown: string): FileText {
  if (!isUtf8(bytes) || bytes.includes(0)) throw new OpError('not_text', `"${shown}" is not a UTF-8 text file.`);
  return {
    text: bytes.toString('utf8'),
    bytes: bytes.length,
    // most readers do not ask, and it takes longer than the reading
    get sha256() {
      return sha256(bytes);
    },
  };
}
