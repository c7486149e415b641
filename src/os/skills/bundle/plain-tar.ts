import { MAX_FILES } from '../read-source.ts';
import { refused } from './files.ts';

/** Length of a header and of what a content is filled up to. */
const BLOCK = 512;

/**
 * Lets only plain archives through, before a library reads them: POSIX ustar, each entry a header of its own and its
 * content, files and folders, nothing else. Headers that speak about the next one (PAX, GNU long names, sparse files)
 * are where two readers differ in what an archive holds; links and devices have no place in a skill.
 *
 *  P1 A field of text ends at its first NUL, and nothing but NULs follows.
 *  P2 A number is octal digits; no other form.
 *  P3 After the two empty blocks at the end there is nothing.
 *
 * @throws UserError `skill`.
 */
export function checkPlain(tar: Uint8Array): void {
  let entries = 0;
  for (let at = 0; ; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw refused('The archive is cut off.');
    if (isEmpty(header)) {
      checkEnd(tar.subarray(at));
      return;
    }
    entries += 1;
    if (entries > 2 * MAX_FILES) throw refused(`The archive holds more than ${MAX_FILES} files.`);
    const size = checkHeader(header);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function checkEnd(rest: Uint8Array): void {
  if (rest.length < 2 * BLOCK) throw refused('The archive is cut off.');
  if (!isEmpty(rest)) throw refused('There is something after the end of the archive.');
}

/** @returns bytes of the content. */
function checkHeader(header: Uint8Array): number {
  const field = (from: number, length: number) => header.subarray(from, from + length);
  if (Buffer.from(field(257, 8)).toString('latin1') !== 'ustar\u000000') {
    throw refused('The archive is no plain tar (POSIX ustar). `reyn skill export --to bundle` makes one.');
  }
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (octal(field(148, 8)) !== sum) throw refused('A header of the archive is damaged.');
  for (const [from, length] of TEXTS) {
    if (!endsOnce(field(from, length))) throw refused('A name in the archive goes on after a NUL.');
  }
  const size = octal(field(124, 12));
  const type = String.fromCharCode(header[156] ?? 0);
  if (type !== '0' && type !== '\0' && type !== '5') throw refused(`The archive holds ${KINDS[type] ?? UNKNOWN}.`);
  if (!isEmpty(field(157, 100))) throw refused('The archive holds a link.');
  if (type !== '5' && /\/\0*$/.test(Buffer.from(field(0, 100)).toString('latin1'))) {
    throw refused('A file in the archive has the name of a folder.');
  }
  if (type === '5' && size > 0) throw refused('A folder in the archive has a content.');
  return size;
}

/** Name, link target, owner, group, prefix: where they stand and how long they are. */
const TEXTS = [
  [0, 100],
  [157, 100],
  [265, 32],
  [297, 32],
  [345, 155],
] as const;

const UNKNOWN = 'an entry of an unknown kind';
const KINDS: Readonly<Record<string, string>> = {
  1: 'a hard link',
  2: 'a symbolic link',
  3: 'a device',
  4: 'a device',
  6: 'a FIFO',
  x: 'an extended header (PAX), which is for names and sizes that no skill has',
  g: 'an extended header (PAX), which is for names and sizes that no skill has',
  L: 'a long name in the form of GNU',
  K: 'a long name in the form of GNU',
  S: 'a sparse file',
};

function octal(field: Uint8Array): number {
  const text = Buffer.from(field).toString('latin1');
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) throw refused('A number in a header of the archive cannot be read.');
  return Number.parseInt(digits, 8);
}

function endsOnce(field: Uint8Array): boolean {
  const end = field.indexOf(0);
  return end === -1 || isEmpty(field.subarray(end));
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
