import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { CorruptLog } from '../errors.ts';
import { type Chain, type ChainRules, type ChainStart, type Link, readChain, START } from './chain.ts';
import { PROJECT_EVENTS } from './event.ts';
import { type Layout, monthsAmong } from './layout.ts';
import { beforeHole, hasHole, hashHolds, type Line, lastLine, lineEnd, parseLine } from './line.ts';

const RULES: ChainRules = { types: PROJECT_EVENTS, terminal: [] };
const NEWLINE = 0x0a;
/** A tail is looked for in this many bytes first. */
const TAIL_BYTES = 64 * 1024;

export function monthFile(month: string): string {
  return `${month}.jsonl`;
}

/** The end of the project log: its newest file, the offset after the last good line there, and what follows. */
export type ProjectTail = {
  /** The empty string before the first event. */
  readonly month: string;
  readonly end: number;
  readonly link: Link;
  readonly torn: Buffer | undefined;
};

/**
 * Finds the end of the project log. From `known` on, what was added is read and verified; without it only the last line
 * is, so that the cost does not grow with the log. @throws CorruptLog.
 */
export function projectTail(disk: Disk, layout: Layout, known: ProjectTail | undefined): ProjectTail {
  const months = monthsAmong(disk.list(layout.log));
  if (known !== undefined && known.month !== '') return followTail(disk, layout, months, known);
  let torn: { month: string; bytes: Buffer } | undefined;
  for (const month of months.toReversed()) {
    const path = join(layout.log, monthFile(month));
    const { line, end, rest } = endOf(disk, path);
    if (!isTorn(rest) || (rest.length > 0 && torn !== undefined)) {
      throw new CorruptLog('bad_hash', 'the project log has a bad line before its last', { file: layout.show(path) });
    }
    const newest = months.at(-1) as string;
    if (rest.length > 0) torn = { month, bytes: rest };
    if (line === undefined) continue;
    const link = { seq: line.seq, epoch: line.epoch, hash: line.hash };
    if (torn !== undefined) return { month: torn.month, end: torn.month === month ? end : 0, link, torn: torn.bytes };
    return { month: newest, end: newest === month ? end : 0, link, torn: undefined };
  }
  return { month: months.at(-1) ?? '', end: 0, link: START, torn: torn?.bytes };
}

/** The last good line of a file and what stands after it. */
function endOf(disk: Disk, path: string): { line: Line | undefined; end: number; rest: Buffer } {
  const from = Math.max(0, (disk.stat(path)?.bytes ?? 0) - TAIL_BYTES);
  const near = disk.read(path, from) ?? Buffer.alloc(0);
  const found = lastLine(near);
  if (found.line !== undefined || from === 0) {
    return { line: found.line, end: from + found.end, rest: near.subarray(found.end) };
  }
  const whole = disk.read(path) ?? near;
  const { line, end } = lastLine(whole);
  return { line, end, rest: whole.subarray(end) };
}

/** Whether bytes may be the end of a log that a crash tore: at most one line, or one with a hole and what follows. */
function isTorn(rest: Buffer): boolean {
  const newline = rest.indexOf(NEWLINE);
  return newline < 0 || newline === rest.length - 1 || hasHole(rest, 0, newline);
}

function followTail(disk: Disk, layout: Layout, months: readonly string[], known: ProjectTail): ProjectTail {
  let tail = known;
  for (const month of months.filter((name) => name >= known.month)) {
    const path = join(layout.log, monthFile(month));
    const from = month === known.month ? known.end : 0;
    const bytes = disk.stat(path)?.bytes ?? 0;
    if (bytes < from) throw new CorruptLog('truncated', 'the project log became shorter', { file: layout.show(path) });
    if (bytes === from && month === tail.month) continue;
    const added = disk.read(path, from) ?? Buffer.alloc(0);
    const chain = readChain(added, RULES, { link: tail.link, line: 1 });
    const fault = chain.faults[0];
    if (fault !== undefined || tail.torn !== undefined) {
      throw new CorruptLog(fault?.reason ?? 'bad_hash', 'the project log is not one chain', {
        file: layout.show(path),
      });
    }
    const torn = chain.torn === undefined ? undefined : added.subarray(chain.torn.at);
    tail = { month, end: from + chain.end, link: chain.link, torn };
  }
  if (!months.includes(known.month)) {
    throw new CorruptLog('truncated', `the project log of ${known.month} is missing`, {
      file: layout.show(layout.log),
    });
  }
  return tail;
}

/** One file of the project log, read. */
export type Month = { readonly path: string; readonly chain: Chain };

/** Reads and checks the whole project log. A torn end before the newest line is a fault. */
export function readMonths(disk: Disk, layout: Layout, goOn: boolean): Month[] {
  const read: Month[] = [];
  let start: ChainStart = { link: START, line: 1 };
  const files = monthsAmong(disk.list(layout.log)).map((month) => join(layout.log, monthFile(month)));
  const full = files.filter((path) => (disk.stat(path)?.bytes ?? 0) > 0);
  for (const [i, path] of full.entries()) {
    const chain = readChain(disk.read(path) ?? Buffer.alloc(0), RULES, start, goOn);
    start = { link: chain.link, line: 1 };
    read.push({ path, chain: i < full.length - 1 ? withoutTear(chain) : chain });
    if (chain.faults.length > 0 && !goOn) break;
  }
  return read;
}

function withoutTear(chain: Chain): Chain {
  if (chain.torn === undefined) return chain;
  const { line } = chain.torn;
  const fault = { reason: 'bad_hash', line, message: `line ${line} is cut off` };
  return { ...chain, torn: undefined, faults: [...chain.faults, fault] };
}

/** What the project log says of one run. */
export type Registration = { readonly opened?: Line; readonly closed?: Line; readonly removed?: Line };

/**
 * Looks a run up in the project log, newest file first, by its bytes: only lines that name the run are parsed.
 * @throws CorruptLog when one of them does not hold.
 */
export function registrationOf(disk: Disk, layout: Layout, run: string): Registration {
  const found: { opened?: Line; closed?: Line; removed?: Line } = {};
  const needle = `,"run":${JSON.stringify(run)},`;
  for (const [i, month] of monthsAmong(disk.list(layout.log)).toReversed().entries()) {
    const path = join(layout.log, monthFile(month));
    const whole = disk.read(path) ?? Buffer.alloc(0);
    const bytes = i === 0 ? beforeHole(whole) : whole; // whoever appends next cuts what follows a hole
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
      const start = bytes.lastIndexOf(NEWLINE, at) + 1;
      const end = lineEnd(bytes, start);
      const isLast = end < 0 || end === bytes.length - 1;
      if (end < 0 || !hashHolds(bytes, start, end)) {
        if (isLast) break; // torn: whoever appends next cuts it
        const line = bytes.subarray(0, start).filter((byte) => byte === NEWLINE).length + 1;
        throw new CorruptLog('bad_hash', 'the project log has a bad line', { file: layout.show(path), line, run });
      }
      const line = parseLine(bytes, start, end);
      if (line?.run !== run) continue;
      if (line.type === 'run_opened') found.opened ??= line;
      if (line.type === 'run_closed') found.closed ??= line;
      if (line.type === 'run_removed') found.removed ??= line;
    }
    if (found.opened !== undefined) break;
  }
  return found;
}
