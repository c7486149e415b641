import { RANK, type Report } from './spans.ts';

/**
 * Private keys in text armour: PEM (RFC 1421, RFC 7468) and OpenSSH, OpenPGP (RFC 9580, section 6.2), SSH2 (RFC 4716's
 * form, as ssh.com writes private keys), PuTTY. The key may have any line ends, also written as `\n`; its lines may be
 * quoted, numbered, or marked by a diff; it may be cut off.
 */
export const BEGINS: readonly string[] = ['-----BEGIN ', '---- BEGIN SSH2 '];
const HEADER = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)? ?-{4,5}/y;
const FOOTER = /-{4,5} ?END [A-Z0-9 ]{0,60}-{4,5}/y;
/** All that may stand up to the end line; stops before that, and before another beginning. */
const BODY = /(?:[\w+/=\s:,.()\\"'`|>;@<]|-(?!-{3,4} ?(?:END|BEGIN) )){0,65600}/y;
const LONGEST = 64 * 1024;
const LEAST_BODY = 8;

/** What stands before the text of a line: indents, quotes, marks of a diff; its number, with the file's name or without. */
const MARKS = '(?:\\s|\\\\{1,4}[nrt]|["\'`+,|>;-]){0,80}(?:(?:[\\w./-]{1,200}[:-])?\\d{1,7}[:\\t|-][\\s+>-]{0,8})?';
const NAMED = '[A-Za-z][\\w-]{0,40}: [^\\r\\n\\\\]{0,200}';
/** Headers that a key has before its body, `Version: GnuPG v2`; a sticky expression that always matches. */
const HEADERS = new RegExp(`(?:${MARKS}${NAMED}){0,8}`, 'y');
/** What a key without an end line has: lines of base64, the last of any length where the text ends with it. */
const OPEN_BODY = new RegExp(
  `(?:${MARKS}[A-Za-z0-9+/=]{16,})*(?:${MARKS}[A-Za-z0-9+/=]{1,15}(?:\\s{0,80}-{1,5} ?[A-Z ]{0,60}-{0,5})?$)?`,
  'y',
);

/** What may stand behind the text of a line. */
const AFTER = '["\'`,;+|\\s\\\\n]*$';
const LONG_RUN = /[A-Za-z0-9+/=]{16}/;
const OTHER_LINE = new RegExp(`^${MARKS}(?:${NAMED}|[A-Za-z0-9+/=]{0,15}|-{0,5} ?(?:END [A-Z0-9 ]*)?-{0,5})${AFTER}`);
const BODY_LINE = new RegExp(
  `^${MARKS}(?:[A-Za-z0-9+/=]{16,}|(?=\\S*(?:[a-z][A-Z]|\\d[A-Za-z]|[+/=]))[A-Za-z0-9+/=]{5,15})${AFTER}`,
);

/** Whether a whole line may be one of a private key: of its body, its headers, or its end. */
function isKeyLine(line: string): boolean {
  return LONG_RUN.test(line) || OTHER_LINE.test(line);
}

/** Whether a line is nothing but part of a key's body, if a key has begun before: a short one looks drawn at random. */
export function isBodyLine(line: string): boolean {
  return BODY_LINE.test(line);
}

const HEADER_LINE = new RegExp(`^${MARKS}${NAMED}`);

/** Whether a line is one of those that stand between the beginning and the body of a key. */
export function isHeaderLine(line: string): boolean {
  return line.trim() === '' || HEADER_LINE.test(line);
}

/** Whether a private key begins in a text and does not end there: the lines of a file, one string each. */
export function beginsKey(text: string): boolean {
  if (text.includes('Private-Lines: ')) return /Private-Lines: \d{1,4}\s*$/.test(text);
  return text.includes('-- ') || text.includes('--BEGIN ') ? BEGINS_KEY.test(text) && !endsKey(text) : false;
}

const BEGINS_KEY = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE|SECRET) KEY/;

/** Whether a text has the end of a private key in it. */
export function endsKey(text: string): boolean {
  return text.includes('END ') && /-{4,5} ?END /.test(text);
}

const ENDED = /-{4,5} ?END [A-Z0-9 ]{0,60}-{4,5}[^\n]*\n/;
const MOST_JUDGED = 16 * 1024;

/** Where in a text a private key begins that goes on behind its end; `undefined` where none does. */
export function openKeyIn(text: string): number | undefined {
  return openArmourIn(text) ?? openPuttyIn(text);
}

/** The last line is part of the key whatever it says: more of it may come. */
function openArmourIn(text: string): number | undefined {
  const start = Math.max(...BEGINS.map((begin) => text.lastIndexOf(begin)));
  if (start === -1) return undefined;
  HEADER.lastIndex = start;
  if (!HEADER.test(text)) return text.indexOf('\n', start) === -1 ? start : undefined;
  const rest = text.slice(HEADER.lastIndex);
  if (ENDED.test(rest)) return undefined;
  if (rest.length > MOST_JUDGED) return start;
  return rest.split('\n').slice(0, -1).every(isKeyLine) ? start : undefined;
}

const PRIVATE_LINES = 'Private-Lines: ';
const COUNTED = /Private-Lines: ?(\d{1,4})["'`,;+\s\\n]*\n/y;

/** Its lines are counted in front of them. */
function openPuttyIn(text: string): number | undefined {
  const start = text.lastIndexOf(PRIVATE_LINES);
  if (start === -1) return undefined;
  COUNTED.lastIndex = start;
  const count = COUNTED.exec(text)?.[1];
  if (count === undefined) return undefined; // the line is not whole
  const whole = text.slice(COUNTED.lastIndex).split('\n').slice(0, -1);
  return whole.length < Number(count) && whole.every(isKeyLine) ? start : undefined;
}

/** Reports the key that begins with dashes at `start`. */
export function privateKeyAt(text: string, start: number, report: Report): void {
  HEADER.lastIndex = start;
  if (!HEADER.test(text)) return;
  const body = HEADER.lastIndex;
  const end = endOf(text, body);
  if (end === undefined) return;
  report({ start, end, label: 'private_key', rank: RANK.privateKey, value: text.slice(body, end) });
}

/** Where the key ends whose header ends at `from`; `undefined` where only the header is spoken of. */
function endOf(text: string, from: number): number | undefined {
  HEADERS.lastIndex = from;
  HEADERS.test(text);
  const start = HEADERS.lastIndex;
  BODY.lastIndex = start;
  const body = BODY.exec(text)?.[0] ?? '';
  FOOTER.lastIndex = start + body.length;
  if (body.length <= LONGEST && FOOTER.test(text)) {
    return LONG_RUN.test(body.replace(/\\+[nrt]/g, ' ')) ? FOOTER.lastIndex : undefined;
  }
  OPEN_BODY.lastIndex = start;
  const lines = OPEN_BODY.exec(text)?.[0];
  return lines !== undefined && lines.length >= LEAST_BODY ? start + lines.length : undefined;
}

const PUTTY_COUNT = /Private-Lines: ?\d{1,4}/iy;
const PUTTY_LINES = new RegExp(`(?:${MARKS}(?![+\\w-]+:)[A-Za-z0-9+/=]{8,128}["'\`,;+]{0,4}){1,512}`, 'y');

/** The same for the private part of a PuTTY key. */
export function puttyKeyAt(text: string, at: number, report: Report): void {
  PUTTY_COUNT.lastIndex = at;
  if (!PUTTY_COUNT.test(text)) return;
  const start = PUTTY_COUNT.lastIndex;
  PUTTY_LINES.lastIndex = start;
  const value = PUTTY_LINES.exec(text)?.[0];
  if (value === undefined) return;
  report({ start, end: start + value.length, label: 'private_key', rank: RANK.privateKey, value });
}
