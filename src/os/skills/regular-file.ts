import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';

export const MAX_FILE_BYTES = 1024 * 1024;

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export type RegularFile = { readonly bytes: Uint8Array; readonly stats: Stats };

/** A regular file of at most `most` bytes; a word or a sentence that says why not. Opens nothing that could block. */
export function readRegular(file: string, most = MAX_FILE_BYTES): RegularFile | string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, FLAGS);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return 'it is not a regular file';
    if (stats.size > most) return 'large';
    const bytes = readAll(descriptor, stats.size, most);
    return bytes === undefined ? 'large' : { bytes, stats };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' ? 'absent' : code === 'ELOOP' ? 'link' : reasonOf(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Everything behind the descriptor, `size` bytes unless it grows meanwhile; `undefined` when that is too much. */
function readAll(descriptor: number, size: number, most: number): Uint8Array | undefined {
  let bytes = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, null);
    length += read;
    // One byte of room was left, so a read that filled up to the size has met the end.
    if (read === 0 || (length === size && bytes.length === size + 1)) return bytes.subarray(0, length);
    if (length > most) return undefined;
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(length)]);
  }
}

/** What is at `file`, links not followed; `undefined` when nothing is. */
export function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined; // a folder on the way that may not be searched
  }
}

/** An error of the file system in one word. */
export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** A file's text without a byte order mark; `undefined` when it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
