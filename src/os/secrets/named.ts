import { namingOf, shortName } from './names.ts';
import { isPassword, isToken } from './plausible.ts';
import { RANK, type Report } from './spans.ts';

/**
 * Values whose name says that they are secret, in any notation: `KEY=…`, `"key": "…"`, `key: …`, `--key …`, `<key>…`,
 * `{"name": "KEY", "value": "…"}`. Found by the words that such names have; all that is looked at around a word is
 * bounded, and the ends of values are remembered, so that no text takes longer than its length.
 */
export const SECRET_WORDS: readonly string[] =
  'pass pwd secret token key cred auth signature sig cookie sess sid dsn jwt bearer otp mnemonic seed sas webhook'.split(
    ' ',
  );
/** Words that are part of many others. */
const SHORT = /(?:sig(?!nature)|sid|sas|otp|seed)[A-Za-z]/iy;

/** What is remembered while one text is looked through. */
export type Memory = { nameEnd: number; bareStart: number; bareEnd: number; cookieEnd: number };

export const newMemory = (): Memory => ({ nameEnd: 0, bareStart: 0, bareEnd: 0, cookieEnd: 0 });

const NAME_BEFORE = /[\w.$-]/;
const LONGEST_NAME = 64;
const TAIL = /[\w.$-]{0,48}/y;
/** Between a name and its value. */
const LINK =
  /(?:\\{0,4}["'`]|\]|\)){0,3}[ \t]{0,12}(?:(=>|:=|={1,3}|:|->)|(,)|(>)|([ \t]))[ \t]{0,12}(?:\r?\n[ \t]{1,24})?/y;
const VALUE_MEMBER = /\\{0,4}["'`]?\s{0,24},?\s{0,24}\\{0,4}["'`]?value\\{0,4}["'`]?\s{0,8}[:=]\s{0,8}/iy;
const QUOTE = /[bBrRuU@$]{0,2}(\\{0,4}["'`])/y;
const LONGEST_VALUE = 4096;
/** What is looked at to tell whether a value is a secret. */
const JUDGED = 128;
const BARE = /[^\s"'`,;<>(){}[\]|&=]{1,4096}={0,2}/y;
const BARE_LINE = /[^\s"'`;]{1,4096}/y;
const LINE_START =
  /(?:^|[\n\r])[ \t]{0,40}(?:(?:export|set|setx|env|ENV|ARG|const|let|var|-e|--env|[-*#;]|\$env:)[ \t]{0,4}){0,2}$/;

/** Reports the value behind the name that a word of {@link SECRET_WORDS} at `at` is part of. */
export function namedAt(text: string, at: number, report: Report, memory: Memory): void {
  if (at < memory.nameEnd) return; // one look for all words of a name
  SHORT.lastIndex = at;
  if (SHORT.test(text)) return;
  TAIL.lastIndex = at;
  TAIL.test(text);
  const end = TAIL.lastIndex;
  memory.nameEnd = end;
  const start = startOfName(text, at);
  const name = text.slice(start, end).replace(/^[.$-]+|[.:-]+$/g, '');
  const naming = namingOf(name) ?? parameterAt(text, start, end);
  if (naming !== 'password' && naming !== 'token') return;
  const value = valueBehind(text, start, end, (from) => bareEnd(text, from, memory));
  if (value === undefined) return;
  const secret = text.slice(value.start, value.end);
  const judged = secret.slice(0, JUDGED);
  const isSecret = naming === 'password' ? isPassword(judged) : isToken(judged) || isPair(judged, text, start);
  if (!isSecret) return;
  const label = naming === 'password' ? 'password' : shortName(name);
  report({ ...value, label, rank: RANK.named, value: secret });
}

/** `?key=` is a secret in an address only. */
function parameterAt(text: string, start: number, end: number): 'token' | undefined {
  return text.slice(start, end) === 'key' && '?&'.includes(text[start - 1] ?? ' ') ? 'token' : undefined;
}

/** Where a value without quotes ends. A stretch of text is gone through once, however many names stand in it. */
function bareEnd(text: string, at: number, memory: Memory): number {
  if (at < memory.bareStart || at >= memory.bareEnd) {
    BARE.lastIndex = at;
    memory.bareStart = at;
    memory.bareEnd = BARE.test(text) ? BARE.lastIndex : at;
  }
  return memory.bareEnd;
}

/** `…_AUTH=user:password` in an environment. */
function isPair(secret: string, text: string, start: number): boolean {
  const password = /^[^\s:/]{1,64}:([^\s:/]{6,})$/.exec(secret)?.[1];
  return password !== undefined && /^[A-Z_]{4}/.test(text.slice(start, start + 4)) && isPassword(password);
}

function startOfName(text: string, from: number): number {
  let start = from;
  while (start > 0 && from - start < LONGEST_NAME && NAME_BEFORE.test(text[start - 1] ?? '')) start--;
  return start;
}

type Place = { readonly start: number; readonly end: number };

function valueBehind(text: string, start: number, end: number, bareEnd: (at: number) => number): Place | undefined {
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
  return (
    /^[A-Z][A-Z0-9_]*_[A-Z0-9_]+$/.test(name) ||
    (name === 'password' && /login[ \t]+\S+\s+$/.test(text.slice(Math.max(0, start - 200), start)))
  );
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
