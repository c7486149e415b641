import { closeSync, openSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../os/errors.ts';
import type { Cli } from './cli.ts';

/**
 * Writes a file that only its owner can read, and that is not there yet: what was exported before is somebody's evidence.
 * @param file relative to where the command was called. @returns bytes written. @throws UserError `usage`, `disk`.
 */
export async function writeNewFile(
  { start }: Pick<Cli, 'start'>,
  file: string,
  pieces: Iterable<string>,
): Promise<number> {
  let bytes = 0;
  try {
    const descriptor = openSync(resolve(start, file), 'wx', 0o600);
    try {
      for (const piece of pieces) {
        writeFileSync(descriptor, piece);
        bytes += Buffer.byteLength(piece);
      }
    } finally {
      closeSync(descriptor);
    }
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new UserError('usage', `${file} is there already and is not written over`, {
        where: { file },
        hint: 'Give another name, or move it away.',
      });
    }
    const hint =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'Make the folder first, or name one that is there.'
        : undefined;
    throw new UserError('disk', `${file} cannot be written: ${(error as Error).message}`, {
      where: { file },
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}
