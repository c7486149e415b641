import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { CorruptLog } from '../errors.ts';
import type { ProjectEvent } from './event.ts';
import { type Layout, monthsAmong } from './layout.ts';
import { hashHolds, lineEnd, parseLine } from './line.ts';
import { restoreMembers } from './members.ts';
import type { Blobs } from './port.ts';
import { monthFile } from './project-read.ts';

/**
 * Events of few types out of a project log of any length: lines are found by their bytes, and only those of the types
 * asked for are parsed. What was read once is not read again; a file that became shorter is read anew.
 */
export type ProjectFacts = () => readonly ProjectEvent[];

type Read = { readonly end: number; readonly events: readonly ProjectEvent[] };

/** @param prefix what the types begin with, e.g. `grant_`. @returns a function that reads what was added since. */
export function projectFacts(disk: Disk, layout: Layout, blobs: Pick<Blobs, 'get'>, prefix: string): ProjectFacts {
  const needle = `,"type":"${prefix}`;
  const known = new Map<string, Read>();

  function follow(path: string): Read {
    const before = known.get(path) ?? { end: 0, events: [] };
    const bytes = disk.stat(path)?.bytes ?? 0;
    if (bytes === before.end) return before;
    const from = bytes < before.end ? { end: 0, events: [] } : before;
    const read = scan(path, disk.read(path, from.end) ?? Buffer.alloc(0), from);
    known.set(path, read);
    return read;
  }

  function scan(path: string, bytes: Buffer, from: Read): Read {
    const found: ProjectEvent[] = [];
    const whole = bytes.lastIndexOf('\n') + 1;
    for (let at = bytes.indexOf(needle); at >= 0 && at < whole; at = bytes.indexOf(needle, at + 1)) {
      const start = bytes.lastIndexOf('\n', at) + 1;
      const end = lineEnd(bytes, start);
      if (!hashHolds(bytes, start, end)) {
        throw new CorruptLog('bad_hash', 'the project log has a bad line', { file: layout.show(path) });
      }
      const line = parseLine(bytes, start, end);
      // the bytes may also stand inside a string of another event
      if (line?.type.startsWith(prefix) === true) found.push(restoreMembers(line, blobs) as unknown as ProjectEvent);
      at = end;
    }
    return { end: from.end + whole, events: [...from.events, ...found] };
  }

  return () => monthsAmong(disk.list(layout.log)).flatMap((month) => follow(join(layout.log, monthFile(month))).events);
}
