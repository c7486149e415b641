import { closeSync, fchmodSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';

/**
 * Replaces a file of settings by another text: written beside it, flushed, renamed over it, the folder flushed. The
 * file's mode stays; a link is refused, because it may lead anywhere.
 * @throws UserError `disk`; the file is then as it was.
 */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const before = lstatSync(path, { throwIfNoEntry: false });
    if (before?.isSymbolicLink() === true) throw new Error('it is a link');
    onDescriptor(openSync(temporary, 'wx', 0o644), (descriptor) => {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      if (before !== undefined) fchmodSync(descriptor, before.mode);
      fsyncSync(descriptor);
    });
    renameSync(temporary, path);
    onDescriptor(openSync(dirname(path), 'r'), fsyncSync);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError('disk', `The file cannot be written: ${(error as Error).message}.`, {
      where: { file: path },
      hint: 'It is as it was.',
      cause: error,
    });
  }
}

function onDescriptor(descriptor: number, use: (descriptor: number) => void): void {
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
