import type { Json, JsonObject } from './json.ts';
import { plainValue } from './yaml-value.ts';

/** Plain YAML within a line: keys, text, flow collections. See `yaml-plain.ts`. */

/** Of block collections, and again of flow collections; both together are less than any text may have. */
export const MAX_DEPTH = 20;

/**
 * Between lines `at` is where the content of the line begins and `indent` its column; within a line `at` is the next
 * character. `done` at the end of the text, or when something `unusual` was met: then every loop ends.
 */
export type Reading = { readonly text: string; at: number; indent: number; done: boolean; unusual: boolean };

export const NEWLINE = 0x0a;
export const SPACE = 0x20;
const QUOTE = 0x22;
export const HASH = 0x23;
const DOLLAR = 0x24;
const APOSTROPHE = 0x27;
const COMMA = 0x2c;
export const DASH = 0x2d;
const DOT = 0x2e;
const NINE = 0x39;
const COLON = 0x3a;
const QUESTION = 0x3f;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const UNDERSCORE = 0x5f;
const OPEN_MAPPING = 0x7b;
const CLOSE_MAPPING = 0x7d;
const BEYOND_ASCII = 0xa0;

/** Gives up: something unusual was met. */
export function leave(reading: Reading): null {
  reading.unusual = true;
  return end(reading);
}

export function end(reading: Reading): null {
  reading.done = true;
  reading.indent = -1;
  reading.at = reading.text.length;
  return null;
}

/** The key that stands here; leaves `at` where its value may begin. */
export function readKey(reading: Reading, mapping: JsonObject): string | undefined {
  const { text } = reading;
  const colon = keyEnd(text, reading.at);
  const key = text.slice(reading.at, colon);
  // One that is in it already is there twice, or a name that every object has.
  if (colon === -1 || key in mapping) {
    leave(reading);
    return undefined;
  }
  reading.at = colon + 1;
  skipSpaces(reading);
  return key;
}

/** The colon behind a plain key that begins at `start`; -1 when there is none. */
export function keyEnd(text: string, start: number): number {
  let at = start;
  if (!isLetter(text.charCodeAt(at))) return -1;
  while (isKeyPart(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== COLON) return -1;
  const after = text.charCodeAt(at + 1);
  return after === SPACE || after === NEWLINE || at + 1 === text.length ? at : -1;
}

/** Text without quotes, spaces at its end left out; `undefined` where it may be something else. */
export function plainText(text: string, start: number, stop: number): string | undefined {
  const code = text.charCodeAt(start);
  const number = (code === DASH || code === DOT) && isDigit(text.charCodeAt(start + 1));
  if (!number && !isLetter(code) && !isDigit(code) && !(code >= BEYOND_ASCII)) return undefined;
  let last = stop;
  while (text.charCodeAt(last - 1) === SPACE) last--;
  return text.slice(start, last);
}

/** Whether a value is a flow collection or in quotes. */
export function beginsFlow(code: number): boolean {
  return code === OPEN_LIST || code === OPEN_MAPPING || code === QUOTE || code === APOSTROPHE;
}

/** A value within a line; leaves `at` behind it. */
export function readFlow(reading: Reading, depth: number): Json {
  if (depth > MAX_DEPTH) return leave(reading);
  const { text, at: start } = reading;
  const first = text.charCodeAt(start);
  if (first === OPEN_LIST) return readFlowList(reading, depth);
  if (first === OPEN_MAPPING) return readFlowMapping(reading, depth);
  if (first === QUOTE || first === APOSTROPHE) return readQuoted(reading, first);
  let at = start;
  for (let code = first; at < text.length; code = text.charCodeAt(++at)) {
    if (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAPPING) break;
    if (code === NEWLINE || code === OPEN_LIST || code === OPEN_MAPPING || code === COLON || code === HASH) {
      return leave(reading);
    }
  }
  reading.at = at;
  const plain = plainText(text, start, at);
  return plain === undefined ? leave(reading) : plainValue(plain);
}

/** Text in quotes, on one line, without anything in it that stands for something else. */
function readQuoted(reading: Reading, quote: number): Json {
  const { text, at: start } = reading;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE || code === BACKSLASH) break;
    if (code !== quote) continue;
    if (text.charCodeAt(at + 1) === quote) break;
    reading.at = at + 1;
    return text.slice(start + 1, at);
  }
  return leave(reading);
}

function readFlowList(reading: Reading, depth: number): Json[] {
  const list: Json[] = [];
  for (let more = opens(reading, CLOSE_LIST); more; more = goesOn(reading, CLOSE_LIST)) {
    list.push(readFlow(reading, depth + 1));
  }
  return list;
}

function readFlowMapping(reading: Reading, depth: number): JsonObject {
  const mapping: JsonObject = {};
  for (let more = opens(reading, CLOSE_MAPPING); more; more = goesOn(reading, CLOSE_MAPPING)) {
    const key = readKey(reading, mapping);
    if (key !== undefined) mapping[key] = readFlow(reading, depth + 1);
  }
  return mapping;
}

/** Goes behind the opening bracket; whether there is an item. */
function opens(reading: Reading, close: number): boolean {
  reading.at++;
  skipSpaces(reading);
  return !closes(reading, close);
}

/** Goes behind an item; whether there is another. */
function goesOn(reading: Reading, close: number): boolean {
  skipSpaces(reading);
  if (closes(reading, close)) return false;
  if (reading.text.charCodeAt(reading.at) === COMMA) reading.at++;
  else leave(reading);
  skipSpaces(reading);
  return !reading.done;
}

function closes(reading: Reading, close: number): boolean {
  if (reading.text.charCodeAt(reading.at) !== close) return false;
  reading.at++;
  return true;
}

function skipSpaces(reading: Reading): void {
  while (reading.text.charCodeAt(reading.at) === SPACE) reading.at++;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === UNDERSCORE || code === DOLLAR;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= NINE;
}

/** Letters, digits, and `-`, `.`, `/`, `?`. */
function isKeyPart(code: number): boolean {
  return isLetter(code) || (code >= DASH && code <= NINE) || code === QUESTION;
}
