import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UserError } from './os/errors.ts';

/**
 * A folder with all of the files, or none: made in a fresh folder beside its place, synced, then renamed. After a crash
 * there is the whole folder, or nothing but a folder whose name begins with a dot.
 * @throws UserError `disk`.
 */
export function placeFolder(
  place: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  isExecutable: (file: string) => boolean,
): void {
  const parent = path.dirname(place);
  let staging: string | undefined;
  try {
    mkdirSync(parent, { recursive: true });
    staging = mkdtempSync(path.join(parent, `.${path.basename(place)}.new-`));
    const whole = path.join(staging, 'skill');
    mkdirSync(whole);
    const folders = new Set([whole]);
    for (const [file, content] of files) {
      const target = path.join(whole, file);
      mkdirSync(path.dirname(target), { recursive: true });
      for (let dir = path.dirname(target); dir !== whole; dir = path.dirname(dir)) folders.add(dir);
      writeFileSync(target, content, { flag: 'wx', mode: isExecutable(file) ? 0o777 : 0o666, flush: true });
    }
    for (const folder of folders) syncFolder(folder);
    renameSync(whole, place);
    syncFolder(parent);
  } catch (error) {
    throw new UserError('disk', `The folder cannot be written: ${(error as Error).message}.`, {
      where: { file: place },
      cause: error,
    });
  } finally {
    if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
  }
}

/** Whether a file of a folder can be executed by its owner. */
export function executableIn(dir: string): (file: string) => boolean {
  return (file) => ((lstatSync(path.join(dir, file), { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0;
}

function syncFolder(dir: string): void {
  const descriptor = openSync(dir, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
