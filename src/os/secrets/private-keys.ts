import { RANK, type Report } from './spans.ts';

/**
 * Private keys in text armour: PEM and OpenSSH (RFC 7468), OpenPGP (RFC 9580, section 6.2), PuTTY. The key may have any
 * line ends, also written as `\n`, may be quoted in parts, and may be cut off.
 */
export const BEGIN = '-----BEGIN ';
const HEADER = /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----/y;
/** All that may stand up to the end line; stops before the next five dashes. */
const BODY = /(?:[A-Za-z0-9+/=\s:,.()\\"'`|>;@<]|-(?!----)){0,65600}/y;
const FOOTER = /-----END [A-Z0-9 ]{0,60}-----/y;
/** What a key without an end line has: headers, and lines of base64. */
const OPEN_BODY =
  /(?:(?:\s|\\{1,4}[nr]){0,8}[\w-]{1,40}: [^\r\n\\]{0,120}){0,6}(?:(?:\s|\\{1,4}[nrt]|["'+,|>\\]){0,80}[A-Za-z0-9+/=]{16,})+/y;
const LEAST_BODY = 16;
const LONGEST = 64 * 1024;
const PUTTY = /Private-Lines: ?\d+(?:\s|\\[nr])+((?:[A-Za-z0-9+/=]{8,128}(?:\s|\\[nr]){0,4}(?![\w-]+:)){1,512})/y;

/** Where in a text a private key begins that goes on behind its end; `undefined` where none does. */
export function openKeyIn(text: string): number | undefined {
  const start = text.lastIndexOf(BEGIN);
  if (start === -1) return undefined;
  HEADER.lastIndex = start;
  if (!HEADER.test(text)) return undefined;
  const rest = text.slice(HEADER.lastIndex);
  const isKey = rest.length > MOST_JUDGED || rest.split('\n').every((line) => KEY_LINE.test(line));
  return isKey && !ENDED.test(rest) ? start : undefined;
}

/** A line of a key, a header of one, or the beginning of its end. */
const KEY_LINE =
  /^[\s|>]*(?:["'`]?[A-Za-z0-9+/=\\]*["'`,+;]*|[\w-]{1,40}:(?: .*)?|-{1,5}|-{5}E?N?D?[A-Z0-9 ]*-{0,5})\s*$/;
const ENDED = /-----END [A-Z0-9 ]{0,60}-----[^\n]*\n/;
const MOST_JUDGED = 16 * 1024;

/** Reports the key that begins with five dashes at `start`. */
export function privateKeyAt(text: string, start: number, report: Report): void {
  HEADER.lastIndex = start;
  if (!HEADER.test(text)) return;
  const body = HEADER.lastIndex;
  const end = endOf(text, body);
  if (end === undefined) return;
  report({ start, end, label: 'private_key', rank: RANK.privateKey, value: text.slice(body, end) });
}

/** The same for the private part of a PuTTY key. */
export function puttyKeyAt(text: string, at: number, report: Report): void {
  PUTTY.lastIndex = at;
  const value = PUTTY.exec(text)?.[1];
  if (value === undefined) return;
  const end = PUTTY.lastIndex;
  report({ start: end - value.length, end, label: 'private_key', rank: RANK.privateKey, value });
}

/** Where the key ends whose header ends at `from`; `undefined` where only the header is spoken of. */
function endOf(text: string, from: number): number | undefined {
  BODY.lastIndex = from;
  const body = BODY.exec(text)?.[0] ?? '';
  FOOTER.lastIndex = from + body.length;
  if (body.length <= LONGEST && FOOTER.test(text)) {
    return /[A-Za-z0-9+/=]{16}/.test(body.replace(/\\+[nrt]/g, ' ')) ? FOOTER.lastIndex : undefined;
  }
  OPEN_BODY.lastIndex = from;
  const lines = OPEN_BODY.exec(text)?.[0];
  return lines !== undefined && lines.length >= LEAST_BODY ? from + lines.length : undefined;
}
