import { LEAST_ENCODED } from './base64.ts';

/** What a text has in it, found in one pass over its characters. */
export type Scan = {
  /** A word begins like something of `beginnings`: a letter or digit behind something else. */
  readonly word: (start: number) => void;
  readonly beginnings: Beginnings;
  /** Letters of base64 that are many in a row. */
  readonly run: (start: number, end: number) => void;
};

/** Which views of a text differ from it. */
export type Signs = {
  readonly invisible: boolean;
  readonly escape: boolean;
  readonly percent: boolean;
  readonly entity: boolean;
};

const ALNUM = 1;
const BASE64 = 2;
const INVISIBLE = 4;
const ESCAPE = 8;
const PERCENT = 16;
const ENTITY = 32;

/** Characters of no width, marks of direction, selectors of variants: what a reader does not see within a word. */
const INVISIBLE_CODES: readonly (readonly [number, number])[] = [
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];

const CLASSES = new Uint8Array(2 ** 16);
for (let code = 0; code < 256; code++) CLASSES[code] = classOf(code);
for (const [first, last] of INVISIBLE_CODES) CLASSES.fill(INVISIBLE, first, last + 1);

function classOf(code: number): number {
  const sign = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(sign)) return ALNUM | BASE64;
  if (/[+/_-]/.test(sign)) return BASE64;
  if (code <= 0x08 || code === 0x1b || code === 0x9b || code === 0xad) return INVISIBLE; // controls, soft hyphen
  return sign === '\\' ? ESCAPE : sign === '%' ? PERCENT : sign === '&' ? ENTITY : 0;
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

/** Whether a character is one that a reader does not see. */
export function isInvisible(code: number): boolean {
  return CLASSES[code] === INVISIBLE;
}

export function scan(codes: Uint16Array, { word, run, beginnings }: Scan): Signs {
  const { length } = codes;
  let signs = 0;
  let before = 0;
  let runStart = 0;
  for (let i = 0; i < length; i++) {
    const is = CLASSES[codes[i] as number] as number;
    if (is === before) continue;
    if ((is & BASE64) !== 0) {
      if ((before & BASE64) === 0) runStart = i;
      if ((is & ALNUM) !== 0 && beginnings[markOf(codes[i] as number, codes[i + 1] ?? 0, codes[i + 2] ?? 0)] === 1) {
        word(i);
      }
    } else {
      if ((before & BASE64) !== 0 && i - runStart >= LEAST_ENCODED) run(runStart, i);
      signs |= is;
    }
    before = is;
  }
  if ((before & BASE64) !== 0 && length - runStart >= LEAST_ENCODED) run(runStart, length);
  const has = (sign: number) => (signs & sign) !== 0;
  return { invisible: has(INVISIBLE), escape: has(ESCAPE), percent: has(PERCENT), entity: has(ENTITY) };
}
