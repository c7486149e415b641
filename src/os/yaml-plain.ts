import type { Json, JsonObject } from './json.ts';
import {
  beginsFlow,
  DASH,
  end,
  HASH,
  keyEnd,
  leave,
  MAX_DEPTH,
  NEWLINE,
  plainText,
  type Reading,
  readFlow,
  readKey,
  SPACE,
} from './yaml-plain-line.ts';
import { plainValue } from './yaml-value.ts';

/**
 * Reads the plain part of YAML that almost every file of a skill keeps to, in a fifth of the time: block mappings and
 * lists, flow collections on one line, text that is plain or in quotes without escapes, comments on lines of their own.
 *
 *  P1 What is given is what the full parser gives. Everything else, every error too, is left to it (`undefined`).
 *  P2 Each character is looked at a bounded number of times; collections nest to a bounded depth.
 */
export function readPlainYaml(text: string): Json | undefined {
  if (!ORDINARY.test(text)) return undefined;
  const reading: Reading = { text, at: 0, indent: 0, done: false, unusual: false };
  nextLine(reading, 0);
  if (reading.done) return undefined;
  const value = readBlock(reading, 0);
  return reading.unusual || !reading.done ? undefined : value;
}

/** Line feeds and printable characters: no tabs, no other line ends, no byte order mark, no surrogates. */
const ORDINARY = /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

/** Goes to the next line with content, from `start` on, which begins a line. */
function nextLine(reading: Reading, start: number): void {
  const { text } = reading;
  for (let from = start; from < text.length; ) {
    let at = from;
    while (text.charCodeAt(at) === SPACE) at++;
    const code = text.charCodeAt(at);
    if (at < text.length && code !== NEWLINE && code !== HASH) {
      reading.at = at;
      reading.indent = at - from;
      return;
    }
    const newline = text.indexOf('\n', at);
    from = newline === -1 ? text.length : newline + 1;
  }
  end(reading);
}

/** Goes to the next line; nothing but spaces may stand in between. */
function endLine(reading: Reading, start: number): void {
  const { text } = reading;
  let at = start;
  while (text.charCodeAt(at) === SPACE) at++;
  if (at < text.length && text.charCodeAt(at) !== NEWLINE) leave(reading);
  else nextLine(reading, at + 1);
}

function isItem(reading: Reading): boolean {
  const { text, at } = reading;
  return text.charCodeAt(at) === DASH && text.charCodeAt(at + 1) === SPACE;
}

/** The collection that begins on this line. */
function readBlock(reading: Reading, depth: number): Json {
  if (depth > MAX_DEPTH) return leave(reading);
  return isItem(reading) ? readList(reading, depth) : readMapping(reading, depth);
}

function readList(reading: Reading, depth: number): Json[] {
  const { text, indent } = reading;
  const list: Json[] = [];
  while (!reading.done && reading.indent === indent && isItem(reading)) {
    let at = reading.at + 1;
    while (text.charCodeAt(at) === SPACE) at++;
    if (keyEnd(text, at) === -1) list.push(readValue(reading, at));
    else {
      reading.indent += at - reading.at;
      reading.at = at;
      list.push(readMapping(reading, depth + 1));
    }
  }
  return list;
}

function readMapping(reading: Reading, depth: number): JsonObject {
  const { text, indent } = reading;
  const mapping: JsonObject = {};
  while (!reading.done && reading.indent === indent) {
    const key = readKey(reading, mapping);
    if (key === undefined) break;
    const at = reading.at;
    if (at < text.length && text.charCodeAt(at) !== NEWLINE) mapping[key] = readValue(reading, at);
    else {
      nextLine(reading, at + 1);
      const below = reading.indent > indent || (reading.indent === indent && isItem(reading));
      mapping[key] = below ? readBlock(reading, depth + 1) : null;
    }
  }
  return mapping;
}

/** The value that begins at `start` and ends with its line. */
function readValue(reading: Reading, start: number): Json {
  const { text } = reading;
  if (beginsFlow(text.charCodeAt(start))) {
    reading.at = start;
    const value = readFlow(reading, 0);
    endLine(reading, reading.at);
    return value;
  }
  const newline = text.indexOf('\n', start);
  const stop = newline === -1 ? text.length : newline;
  const plain = plainText(text, start, stop);
  if (plain === undefined || plain.includes(': ') || plain.includes(' #') || plain.endsWith(':')) return leave(reading);
  endLine(reading, stop);
  return plainValue(plain);
}
