import { hash } from 'node:crypto';
import { digest, isObject, type JsonObject } from '../json.ts';

/**
 * One line of a log: `{"v":1,"seq":…,"epoch":…,"ts":…,"type":…,"run":…,"step":…,"data":{…},"prev":"…","hash":"…"}`, in
 * this order, `run` and `step` only where they apply. `hash` is the digest of the line's bytes without the hash
 * member, that is of everything before `,"hash":` and a closing brace. A line is verified as it was written, byte by
 * byte; nothing is serialised again.
 */
export type Envelope = {
  readonly seq: number;
  readonly epoch: number;
  readonly ts: string;
  readonly type: string;
  readonly run: string | undefined;
  readonly step: string | undefined;
  readonly prev: string;
};

/** A line that has been read, its shape not yet checked beyond its hash. */
export type Line = JsonObject & {
  readonly v: 1;
  readonly seq: number;
  readonly epoch: number;
  readonly ts: string;
  readonly type: string;
  readonly run?: string;
  readonly step?: string;
  readonly data: JsonObject;
  readonly prev: string;
  readonly hash: string;
};

const HASH_MEMBER = ',"hash":"';
const HASH_LENGTH = 43;
/** Length of `,"hash":"…"}`. */
const TAIL = HASH_MEMBER.length + HASH_LENGTH + 2;
const NEWLINE = 0x0a;
const BRACE = 0x7d;
const QUOTE = 0x22;

/** @param data JSON text of an object. @returns the line with its newline, and its hash. */
export function encodeLine(envelope: Envelope, data: string): { readonly line: string; readonly hash: string } {
  const { seq, epoch, ts, type, run, step, prev } = envelope;
  const start = `{"v":1,"seq":${seq},"epoch":${epoch},"ts":"${ts}","type":"${type}"`;
  const place = `${run === undefined ? '' : `,"run":${JSON.stringify(run)}`}${step === undefined ? '' : `,"step":${JSON.stringify(step)}`}`;
  const body = `${start}${place},"data":${data},"prev":"${prev}"`;
  const own = digest(`${body}}`);
  return { line: `${body}${HASH_MEMBER}${own}"}\n`, hash: own };
}

/** Where the line that begins at `start` ends: the offset of its newline, or -1 when there is none. */
export function lineEnd(bytes: Buffer, start: number): number {
  return bytes.indexOf(NEWLINE, start);
}

/**
 * Whether `bytes[start, end)` holds a NUL. No line does; but where a power cut loses a block that was not synced and
 * keeps a later one, the lost one reads as zeros, also with whole lines behind it.
 */
export function hasHole(bytes: Buffer, start: number, end: number): boolean {
  return bytes.subarray(start, end).includes(0);
}

/** What stands before the first line with a hole in it; all of `bytes` where there is none. */
export function beforeHole(bytes: Buffer): Buffer {
  const hole = bytes.indexOf(0);
  return hole < 0 ? bytes : bytes.subarray(0, bytes.lastIndexOf(NEWLINE, hole) + 1);
}

/** Whether `bytes[start, end)` (without newline) is a line that carries the hash of its own bytes. */
export function hashHolds(bytes: Buffer, start: number, end: number): boolean {
  const cut = end - TAIL;
  if (cut <= start || bytes[end - 1] !== BRACE || bytes[end - 2] !== QUOTE) return false;
  const hashAt = cut + HASH_MEMBER.length;
  if (bytes.toString('latin1', cut, hashAt) !== HASH_MEMBER) return false;
  const comma = bytes[cut] as number;
  bytes[cut] = BRACE; // in place for the moment of hashing: no copy of the line is made
  const own = hash('sha256', bytes.subarray(start, cut + 1), 'base64url');
  bytes[cut] = comma;
  return own === bytes.toString('latin1', hashAt, hashAt + HASH_LENGTH);
}

/** Parses a line whose hash holds; `undefined` when it is not of a line's shape all the same. */
export function parseLine(bytes: Buffer, start: number, end: number): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return undefined;
  }
  return isLine(value) ? value : undefined;
}

function isLine(value: unknown): value is Line {
  return (
    isObject(value) &&
    value.v === 1 &&
    Number.isSafeInteger(value.seq) &&
    Number.isSafeInteger(value.epoch) &&
    typeof value.ts === 'string' &&
    typeof value.type === 'string' &&
    (value.run === undefined || typeof value.run === 'string') &&
    (value.step === undefined || typeof value.step === 'string') &&
    isObject(value.data) &&
    typeof value.prev === 'string' &&
    typeof value.hash === 'string'
  );
}

/** The last whole line of a log whose hash holds, before any hole, with its place; for a tail that need not be read from its start. */
export type LastLine = { readonly line: Line | undefined; readonly end: number };

/** Finds the last line in `bytes` before any hole that is complete and holds. `end` is the offset after its newline; 0 without one. */
export function lastLine(all: Buffer): LastLine {
  const bytes = beforeHole(all);
  let newline = bytes.lastIndexOf(NEWLINE);
  while (newline >= 0) {
    const before = newline === 0 ? -1 : bytes.lastIndexOf(NEWLINE, newline - 1);
    if (hashHolds(bytes, before + 1, newline)) return { line: parseLine(bytes, before + 1, newline), end: newline + 1 };
    newline = before;
  }
  return { line: undefined, end: 0 };
}
