import { namingOf } from './names.ts';
import { isPassword, isToken } from './plausible.ts';
import { RANK, type Report } from './spans.ts';

/**
 * Values whose name says that they are secret, in any notation: `KEY=…`, `"key": "…"`, `key: …`, `--key …`, `<key>…`,
 * `{"name": "KEY", "value": "…"}`. Found by the words that such names have; all that is looked at around a word is
 * bounded, and the ends of values are remembered, so that no text takes longer than its length.
 */
const WORDS = /pass(?:w|phr|c|[^a-z])|pwd|secret|token|key|cred|auth|signature|sig[^a-z]|cookie|sess|sid[^a-z]|dsn|jwt|bearer|otp|mnemonic|seed|sas[^a-z]/g;

const NAME_BEFORE = /[\w.$-]/;
const LONGEST_NAME = 64;
const TAIL = /[\w.$-]{0,48}/y;
/** Between a name and its value. */
const LINK =
  /(?:\\{0,4}["'`]|\]|\)){0,3}[ \t]{0,12}(?:(=>|:=|={1,3}|:|->)|(,)|(>)|([ \t]))[ \t]{0,12}(?:\r?\n[ \t]{1,24})?/y;
const VALUE_MEMBER = /\\{0,4}["'`]?\s{0,24},?\s{0,24}\\{0,4}["'`]?value\\{0,4}["'`]?\s{0,8}[:=]\s{0,8}/iy;
const QUOTE = /[bBrRuU@$]{0,2}(\\{0,4}["'`])/y;
const LONGEST_VALUE = 4096;
const BARE = /[^\s"'`,;<>(){}[\]|&=]{1,4096}={0,2}/y;
const BARE_LINE = /[^\s"'`;]{1,4096}/y;
const LINE_START = /(?:^|[\n\r])[ \t]{0,40}(?:(?:export|set|setx|env|ENV|ARG|const|let|var|-e|--env|[-*#;]|\$env:)[ \t]{0,4}){0,2}$/;

/** @param lower the text in lower case, of the same length. */
export function findNamed(text: string, lower: string, report: Report): void {
  let bare = { start: 0, end: 0 };
  const bareEnd = (at: number) => {
    if (at >= bare.start && at < bare.end) return bare.end;
    BARE.lastIndex = at;
    bare = { start: at, end: BARE.test(text) ? BARE.lastIndex : at };
    return bare.end;
  };
  let done = 0;
  WORDS.lastIndex = 0;
  for (let hit = WORDS.exec(lower); hit !== null; hit = WORDS.exec(lower)) {
    if (hit.index < done) continue;
    const start = startOfName(text, hit.index);
    TAIL.lastIndex = hit.index;
    TAIL.test(text);
    const end = TAIL.lastIndex;
    if (end > done) done = end; // one look for all words of a name
    const name = text.slice(start, end);
    const naming = namingOf(name.replace(/^[.$-]+|[.:-]+$/g, ''));
    if (naming !== 'password' && naming !== 'token') continue;
    const value = valueOf(text, start, end, bareEnd);
    if (value === undefined) continue;
    const secret = text.slice(value.start, value.end);
    if (!(naming === 'password' ? isPassword(secret) : isToken(secret) || isLoose(secret, naming, text, start))) continue;
    const label = naming === 'password' ? 'password' : 'secret';
    report({ ...value, label, rank: RANK.named, value: secret });
  }
}

/** `auth` and the like in an environment may hold `user:password`. */
function isLoose(secret: string, naming: string, text: string, start: number): boolean {
  return naming === 'token' && /^[^\s:/]{1,64}:[^\s:/]{6,}$/.test(secret) && /[A-Z_]{4}/.test(text.slice(start, start + 12)) && isPassword(secret.slice(secret.indexOf(':') + 1));
}

function startOfName(text: string, from: number): number {
  let start = from;
  while (start > 0 && from - start < LONGEST_NAME && NAME_BEFORE.test(text[start - 1] ?? '')) start--;
  return start;
}

type Place = { readonly start: number; readonly end: number };

function valueOf(text: string, start: number, end: number, bareEnd: (at: number) => number): Place | undefined {
  VALUE_MEMBER.lastIndex = end;
  if (VALUE_MEMBER.test(text)) return quoted(text, VALUE_MEMBER.lastIndex) ?? place(VALUE_MEMBER.lastIndex, bareEnd);
  LINK.lastIndex = end;
  const link = LINK.exec(text);
  if (link === null) return undefined;
  const at = LINK.lastIndex;
  const [, , comma, angle, space] = link;
  const inQuotes = quoted(text, at);
  if (comma !== undefined) return inQuotes;
  if (angle !== undefined) return text[start - 1] === '<' ? until(text, at, '<') : undefined;
  if (space !== undefined && !takesNextWord(text, start, end)) return undefined;
  if (inQuotes !== undefined) return inQuotes;
  if (space === undefined && LINE_START.test(text.slice(Math.max(0, start - 64), start))) {
    BARE_LINE.lastIndex = at;
    if (BARE_LINE.test(text)) return trimmed(text, at, BARE_LINE.lastIndex);
  }
  return place(at, bareEnd);
}

function place(at: number, bareEnd: (at: number) => number): Place | undefined {
  const end = bareEnd(at);
  return end > at ? { start: at, end } : undefined;
}

/** Options, variables set without a sign, and the words of a `.netrc`. */
function takesNextWord(text: string, start: number, end: number): boolean {
  if (text.startsWith('--', start)) return true;
  const name = text.slice(start, end);
  return /^[A-Z][A-Z0-9_]*_[A-Z0-9_]+$/.test(name) || (name === 'password' && /login[ \t]+\S+\s+$/.test(text.slice(Math.max(0, start - 200), start)));
}

function quoted(text: string, at: number): Place | undefined {
  QUOTE.lastIndex = at;
  const quote = QUOTE.exec(text)?.[1];
  if (quote === undefined) return undefined;
  const start = QUOTE.lastIndex;
  const limit = Math.min(text.length, start + LONGEST_VALUE);
  const last = quote.at(-1) ?? '';
  const depth = quote.length - 1;
  for (let end = text.indexOf(last, start); end !== -1 && end < limit; end = text.indexOf(last, end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes > depth && slashes % 2 === 1) continue; // an escaped quote within
    return { start, end: end - Math.min(slashes, depth) };
  }
  const line = text.slice(start, limit).search(/[\r\n]/);
  return { start, end: line === -1 ? limit : start + line }; // cut off
}

function until(text: string, at: number, sign: string): Place | undefined {
  const end = text.slice(at, at + LONGEST_VALUE).indexOf(sign);
  return end <= 0 ? undefined : { start: at, end: at + end };
}

/** Without what ends a sentence, a list or an argument. */
function trimmed(text: string, start: number, end: number): Place {
  let last = end;
  while (last > start && ',.)'.includes(text[last - 1] ?? '')) last--;
  return { start, end: last };
}
