import { LEAST_ENCODED } from './base64.ts';

/** What is told of a text. */
export type Scan = {
  /** A word begins like something of `beginnings`: a letter or digit behind something else. */
  readonly word: (start: number) => void;
  readonly beginnings: Beginnings;
  /** Letters of base64 that are many in a row. */
  readonly run: (start: number, end: number) => void;
  /** All that tokens are made of, {@link LONG_STRETCH} or more in a row. */
  readonly stretch: (start: number, end: number) => void;
};

const ALNUM = 1;
const BASE64 = 2;
const TOKEN = 4;

/** The fewest characters in a row, all of {@link IN_TOKENS}, in which a token or a run can be; most text has fewer. */
export const LEAST_STRETCH = 16;
/** What is told of as a whole: long enough for a token that has a sign within. */
export const LONG_STRETCH = 36;
/** What tokens are made of. */
export const IN_TOKENS = /[A-Za-z0-9+/_.:$~%=@|-]/;

const CLASSES = new Uint8Array(2 ** 16);
for (let code = 0; code < 256; code++) CLASSES[code] = classOf(code);

function classOf(code: number): number {
  const sign = String.fromCharCode(code);
  if (!IN_TOKENS.test(sign)) return 0;
  if (/[A-Za-z0-9]/.test(sign)) return ALNUM | BASE64 | TOKEN;
  return /[+/_-]/.test(sign) ? BASE64 | TOKEN : TOKEN;
}

/** Marks the first three characters of what words are looked at for; a mark too many only costs a look. */
export type Beginnings = Uint8Array;

const MARKS = 1 << 15;
const markOf = (a: number, b: number, c: number) => ((a << 10) ^ (b << 5) ^ c) & (MARKS - 1);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** @param prefixes of two characters or more. */
export function beginningsOf(prefixes: readonly string[]): Beginnings {
  const marks = new Uint8Array(MARKS);
  for (const prefix of prefixes) {
    const thirds = prefix.length > 2 ? (prefix[2] ?? '') : ALPHABET;
    for (const third of thirds) marks[markOf(prefix.charCodeAt(0), prefix.charCodeAt(1), third.charCodeAt(0))] = 1;
  }
  return marks;
}

/**
 * Goes through a text in leaps: a stretch that is long enough cannot lie between two places that are looked at, so that
 * only long ones are gone through one by one.
 */
export function scan(codes: Uint16Array, how: Scan): void {
  const { length } = codes;
  for (let at = LEAST_STRETCH - 1; at < length; at += LEAST_STRETCH) {
    if (((CLASSES[codes[at] as number] as number) & TOKEN) === 0) continue;
    let start = at;
    while (start > 0 && ((CLASSES[codes[start - 1] as number] as number) & TOKEN) !== 0) start--;
    let end = at + 1;
    while (end < length && ((CLASSES[codes[end] as number] as number) & TOKEN) !== 0) end++;
    if (end - start >= LEAST_STRETCH) scanStretch(codes, start, end, how);
    at = end;
  }
}

function scanStretch(codes: Uint16Array, first: number, end: number, { word, run, stretch, beginnings }: Scan): void {
  if (end - first >= LONG_STRETCH) stretch(first, end);
  let before = 0;
  let runStart = first;
  for (let i = first; i < end; i++) {
    const is = (CLASSES[codes[i] as number] as number) & (ALNUM | BASE64);
    if (is === before) continue;
    if ((is & BASE64) === 0) {
      if (i - runStart >= LEAST_ENCODED) run(runStart, i);
    } else {
      if ((before & BASE64) === 0) runStart = i;
      if ((is & ALNUM) !== 0 && beginnings[markOf(codes[i] as number, codes[i + 1] ?? 0, codes[i + 2] ?? 0)] === 1) {
        word(i);
      }
    }
    before = is;
  }
  if ((before & BASE64) !== 0 && end - runStart >= LEAST_ENCODED) run(runStart, end);
}
