import type { Disk } from '../disk.ts';
import { CorruptLog, UserError } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Chain, type ChainRules, readChain } from './chain.ts';
import { RUN_EVENTS, type RunEvent, TERMINAL } from './event.ts';
import { isRunId, type Layout } from './layout.ts';
import { hashHolds, type Line, lineEnd, parseLine } from './line.ts';
import { restoreMembers } from './members.ts';
import type { Blobs } from './port.ts';

const NEWLINE = 0x0a;

/** Rules of one run's log. */
export function runRules(run: string): ChainRules {
  return { types: RUN_EVENTS, terminal: TERMINAL, run };
}

/** A run's log as it lies on disk. */
export type RunFile = {
  readonly bytes: Buffer;
  readonly chain: Chain;
  readonly first: Line;
  readonly last: Line;
  readonly hasEnded: boolean;
};

/** @throws UserError `not_found`; CorruptLog for any fault, and for a log without a first event. */
export function readRunFile(disk: Disk, layout: Layout, run: string): RunFile {
  const path = layout.runFile(run);
  const where = { file: layout.show(path), run };
  const bytes = isRunId(run) ? disk.read(path) : undefined;
  if (bytes === undefined) {
    if (isRunId(run) && disk.stat(layout.runDir(run)) !== undefined) {
      throw new CorruptLog('missing_log', `the log of run ${run} is missing`, where);
    }
    throw new UserError('not_found', `there is no run ${run}`, { where: { run } });
  }
  const chain = readChain(bytes, runRules(run));
  const fault = chain.faults[0];
  if (fault !== undefined) throw new CorruptLog(fault.reason, fault.message, { ...where, line: fault.line });
  const first = chain.lines[0];
  const last = chain.lines.at(-1);
  if (first === undefined || last === undefined || first.type !== 'run_skill_started') {
    throw new CorruptLog('bad_first', 'the log does not begin with the start of a run', { ...where, line: 1 });
  }
  const hasEnded = chain.lines.length > 0 && (TERMINAL as readonly string[]).includes(last.type);
  if (hasEnded && chain.torn !== undefined) {
    const { line } = chain.torn;
    throw new CorruptLog('after_end', `line ${line} follows ${last.type}, which ends a run`, { ...where, line });
  }
  return { bytes, chain, first, last, hasEnded };
}

/** A run's events of a file that was read. */
export function eventsOf(file: RunFile, blobs: Pick<Blobs, 'get'>): RunEvent[] {
  return file.chain.lines.map((line) => restoreMembers(line, blobs) as unknown as RunEvent);
}

/** The first event of a run's log, whatever follows it. @throws UserError `not_found`; CorruptLog. */
export function readFirst(disk: Disk, layout: Layout, run: string, blobs: Pick<Blobs, 'get'>): RunEvent {
  const bytes = isRunId(run) ? disk.read(layout.runFile(run)) : undefined;
  const line = bytes === undefined ? undefined : lineAt(bytes, 0);
  if (line?.type === 'run_skill_started') return restoreMembers(line, blobs) as unknown as RunEvent;
  return eventsOf(readRunFile(disk, layout, run), blobs)[0] as RunEvent; // says what is wrong
}

export type Owner = { readonly id: string; readonly pid: number };

/**
 * The owner of the newest epoch: an epoch begins with the event that names its owner, after the record of what was
 * torn. A forked run may hold copies of such events within its first epoch; those name nobody.
 */
export function ownerAmong(lines: readonly Line[]): Owner | undefined {
  const epoch = lines.at(-1)?.epoch;
  return ownerOf(lines.find((line) => line.epoch === epoch && ownerOf(line) !== undefined));
}

function ownerOf(line: Line | undefined): Owner | undefined {
  if (line?.type !== 'run_skill_started' && line?.type !== 'run_resumed') return undefined;
  const { owner } = line.data;
  if (!isObject(owner) || typeof owner.id !== 'string' || typeof owner.pid !== 'number') return undefined;
  return { id: owner.id, pid: owner.pid };
}

/** The same, found from the end of the log without reading all of it; `undefined` when none can be read. */
export function findOwner(disk: Disk, layout: Layout, run: string): Owner | undefined {
  const bytes = isRunId(run) ? disk.read(layout.runFile(run)) : undefined;
  if (bytes === undefined) return undefined;
  const needle = `,"type":"run_resumed","run":${JSON.stringify(run)},`;
  for (let at = bytes.lastIndexOf(needle); at > 0; at = bytes.lastIndexOf(needle, at - 1)) {
    const line = lineAt(bytes, bytes.lastIndexOf(NEWLINE, at) + 1);
    const owner = ownerOf(line);
    if (owner !== undefined && line !== undefined && line.epoch > 1) return owner;
  }
  return ownerOf(lineAt(bytes, 0));
}

function lineAt(bytes: Buffer, start: number): Line | undefined {
  const end = lineEnd(bytes, start);
  return end >= 0 && hashHolds(bytes, start, end) ? parseLine(bytes, start, end) : undefined;
}
