import { UserError } from '../../errors.ts';
import { MAX_FILES, MAX_SKILL_BYTES } from '../read-source.ts';
import { MAX_FILE_BYTES } from '../regular-file.ts';
import { clashRefusal, nameRefusal } from './names.ts';

/** A file that came from elsewhere. */
export type IncomingFile = { readonly bytes: Uint8Array; readonly executable: boolean };

/** The files of a skill by their path in its folder, names and sizes checked. */
export type IncomingFiles = ReadonlyMap<string, IncomingFile>;

/** What is known of a file before its content is looked at. */
export type Listed = { readonly name: string; readonly bytes: number };

/**
 * Checks the names, the number and the sizes of files before any content is read.
 * @throws UserError `skill`.
 */
export function admit(files: readonly Listed[]): void {
  if (files.length === 0) throw refused('It holds no file.');
  if (files.length > MAX_FILES) throw refused(`It holds more than ${MAX_FILES} files.`);
  for (const { name, bytes } of files) {
    const refusal = nameRefusal(name);
    if (refusal !== undefined) throw refused(refusal);
    if (bytes > MAX_FILE_BYTES) throw refused(`The file "${name}" is larger than ${MAX_FILE_BYTES / 1024} KB.`);
  }
  const clash = clashRefusal(files.map(({ name }) => name));
  if (clash !== undefined) throw refused(clash);
  const sum = files.reduce((total, { bytes }) => total + bytes, 0);
  if (sum > MAX_SKILL_BYTES) throw refused(`It is larger than ${MAX_SKILL_BYTES / 1024 / 1024} MB.`);
}

/** Refuses a whole skill for what is wrong with one thing in it. */
export function refused(why: string): UserError {
  return new UserError('skill', why, { hint: 'Nothing was written. Ask whoever made it for another.' });
}
