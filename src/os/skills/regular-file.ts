import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';

export const MAX_FILE_BYTES = 1024 * 1024;

/** The bytes of a regular file; a word or a sentence that says why not. Opens nothing that could block. */
export function readRegular(file: string): Uint8Array | string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return 'it is not a regular file';
    if (stats.size > MAX_FILE_BYTES) return 'large';
    const bytes = readFileSync(descriptor);
    return bytes.length > MAX_FILE_BYTES ? 'large' : bytes;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' ? 'absent' : code === 'ELOOP' ? 'link' : reasonOf(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
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
