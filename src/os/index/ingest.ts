import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { type Chain, type ChainRules, type Link, readChain, START } from '../events/chain.ts';
import { PROJECT_EVENTS } from '../events/event.ts';
import { isRunId, type Layout, monthsAmong } from '../events/layout.ts';
import { type Line, lineEnd, parseLine } from '../events/line.ts';
import { monthFile } from '../events/project-read.ts';
import { runRules } from '../events/run-read.ts';
import type { DatabaseSync } from '../events/sqlite.ts';
import { isObject } from '../json.ts';
import { inTransaction } from './tables.ts';

/** The name of the project log among the sources of events. */
export const PROJECT = '';

/** A log file as it was when it was last read into the index. */
type Known = { bytes: number; stamp: number; done: number; seq: number; epoch: number; hash: string };

type File = { readonly source: string; readonly path: string; readonly bytes: number; readonly stamp: number };

/**
 * Brings the index up to date with the logs. A log that grew is read from where it was left; one that changed in any
 * other way is read anew. Nothing is written when nothing changed.
 */
export function ingest(database: DatabaseSync, disk: Disk, layout: Layout): void {
  const files = filesNow(disk, layout);
  if (!hasChanged(files, knownFiles(database))) return;
  inTransaction(database, () => {
    const known = knownFiles(database); // another process may have done it while this one waited
    const gone = [...known.keys()].filter((path) => !files.some((file) => file.path === path));
    const isProjectGone = gone.some((path) => path.startsWith(layout.log));
    for (const path of gone) forgetFile(database, path, sourceOf(layout, path));
    if (isProjectGone) forgetProject(database, files, known);
    for (const file of files) {
      const before = known.get(file.path);
      if (before === undefined || !isSame(file, before)) readFile(database, disk, file, before);
    }
  });
}

function filesNow(disk: Disk, layout: Layout): File[] {
  const months = monthsAmong(disk.list(layout.log)).map((month) => join(layout.log, monthFile(month)));
  const runs = disk.list(layout.runs).filter(isRunId);
  return [
    ...months.map((path) => ({ source: PROJECT, path })),
    ...runs.map((run) => ({ source: run, path: layout.runFile(run) })),
  ].flatMap(({ source, path }) => {
    const found = disk.stat(path);
    return found === undefined ? [] : [{ source, path, ...found }];
  });
}

function knownFiles(database: DatabaseSync): Map<string, Known> {
  const rows = database.prepare('SELECT * FROM files').all() as unknown as (Known & { path: string })[];
  return new Map(rows.map((row) => [row.path, row]));
}

function isSame(file: File, known: Known): boolean {
  return file.bytes === known.bytes && file.stamp === known.stamp;
}

function hasChanged(files: readonly File[], known: ReadonlyMap<string, Known>): boolean {
  return (
    files.length !== known.size ||
    files.some((file) => {
      const before = known.get(file.path);
      return before === undefined || !isSame(file, before);
    })
  );
}

function sourceOf(layout: Layout, path: string): string {
  return path.startsWith(layout.runs) ? (path.slice(layout.runs.length + 1).split(/[\\/]/)[0] ?? PROJECT) : PROJECT;
}

function forgetFile(database: DatabaseSync, path: string, source: string): void {
  database.prepare('DELETE FROM files WHERE path = ?').run(path);
  database.prepare('DELETE FROM events WHERE source = ?').run(source);
  if (source !== PROJECT) database.prepare('DELETE FROM runs WHERE run = ?').run(source);
}

/** The months of the project log share one source: where one is gone, the others are read anew. */
function forgetProject(database: DatabaseSync, files: readonly File[], known: Map<string, Known>): void {
  for (const { source, path } of files) {
    if (source !== PROJECT) continue;
    forgetFile(database, path, PROJECT);
    known.delete(path);
  }
}

function readFile(database: DatabaseSync, disk: Disk, file: File, before: Known | undefined): void {
  const added = before === undefined ? undefined : readAdded(disk, file, before);
  if (before !== undefined && added !== undefined) {
    store(database, file, added.bytes, added.chain, before.done);
    return;
  }
  const bytes = disk.read(file.path) ?? Buffer.alloc(0);
  const link = file.source === PROJECT ? linkBefore(bytes) : START;
  const chain = readChain(bytes, rulesOf(file), { link, line: 1 });
  database
    .prepare('DELETE FROM events WHERE source = ? AND seq BETWEEN ? AND ?')
    .run(file.source, link.seq + 1, Math.max(before?.seq ?? 0, chain.link.seq));
  store(database, file, bytes, chain, 0);
}

function rulesOf({ source }: File): ChainRules {
  return source === PROJECT ? { types: PROJECT_EVENTS, terminal: [] } : runRules(source);
}

/** What was added to a file, when its end as it was known still stands there. */
function readAdded(disk: Disk, file: File, before: Known): { bytes: Buffer; chain: Chain } | undefined {
  const seal = `"hash":"${before.hash}"}\n`;
  if (file.bytes <= before.bytes || before.done < seal.length) return undefined;
  const bytes = disk.read(file.path, before.done - seal.length);
  if (bytes === undefined || bytes.toString('latin1', 0, seal.length) !== seal) return undefined;
  const rest = bytes.subarray(seal.length);
  const { seq, epoch, hash } = before;
  return { bytes: rest, chain: readChain(rest, rulesOf(file), { link: { seq, epoch, hash }, line: seq + 1 }) };
}

/** What the first line of a month joins on to, by its own word; whether that is so is for an audit. */
function linkBefore(bytes: Buffer): Link {
  const first = parseLine(bytes, 0, Math.max(0, lineEnd(bytes, 0)));
  return first === undefined ? START : { seq: first.seq - 1, epoch: first.epoch, hash: first.prev };
}

function store(database: DatabaseSync, file: File, bytes: Buffer, chain: Chain, from: number): void {
  const { source, path, stamp } = file;
  const texts = bytes.toString('utf8', 0, chain.end).split('\n');
  const skill = source === PROJECT ? undefined : skillOf(database, source, chain.lines);
  const insert = database.prepare(
    'INSERT OR REPLACE INTO events (source, seq, run, type, ts, step, skill, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  for (const [i, line] of chain.lines.entries()) {
    const { seq, type, ts, run = null, step = null } = line;
    insert.run(source, seq, run, type, ts, step, skill ?? textOr(line.data.skill, null), texts[i] ?? '');
  }
  const { seq, epoch, hash } = chain.link;
  database
    .prepare('INSERT OR REPLACE INTO files (path, bytes, stamp, done, seq, epoch, hash) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(path, file.bytes, stamp, from + chain.end, seq, epoch, hash);
  if (source !== PROJECT) storeRun(database, source, chain, from === 0);
}

function skillOf(database: DatabaseSync, run: string, lines: readonly Line[]): string {
  const known = database.prepare('SELECT skill FROM runs WHERE run = ?').get(run)?.skill;
  return textOr(lines[0]?.data.skill, textOr(known, ''));
}

function storeRun(database: DatabaseSync, run: string, chain: Chain, isWhole: boolean): void {
  const fault = chain.faults[0]?.message ?? null;
  const last = chain.lines.at(-1)?.ts;
  if (!isWhole) {
    database
      .prepare('UPDATE runs SET updated = coalesce(?, updated), events = ?, fault = ?, summary = NULL WHERE run = ?')
      .run(last ?? null, chain.link.seq, fault, run);
    return;
  }
  const first = chain.lines[0];
  const { skill, skill_version_hash, parent } = first?.data ?? {};
  const parentRun = isObject(parent) ? textOr(parent.run, null) : null;
  const [started, updated] = [first?.ts ?? '', last ?? ''];
  database
    .prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)')
    .run(run, textOr(skill, ''), textOr(skill_version_hash, ''), parentRun, started, updated, chain.link.seq, fault);
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === 'string' ? value : other;
}
