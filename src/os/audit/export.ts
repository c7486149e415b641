import { join } from 'node:path';
import { type Disk, nodeDisk } from '../disk.ts';
import { UserError } from '../errors.ts';
import { isRunId, layoutOf, monthsAmong } from '../events/layout.ts';
import { type Line, lineEnd, parseLine } from '../events/line.ts';
import { monthFile } from '../events/project-read.ts';
import { canonicalJson, type Json } from '../json.ts';
import { csvRow } from './csv.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportRequest = {
  readonly format: ExportFormat;
  /** Its log alone; absent = the project log, then every run's. */
  readonly run?: string;
};

/**
 * The log as text, a piece at a time. `jsonl` is every line byte by byte, hash and prev with it, so that it can be
 * verified elsewhere: the lines of one run, and those of the project log, are chains of their own. `csv` has a column
 * for every member of any event's data; what is no scalar is JSON, and nothing is a formula to a spreadsheet. Values
 * that lie in blobs stand as the digests that name them. The end of a line that a crash tore is left out.
 * @throws UserError `not_found`, `disk`.
 */
export function* exportLog(root: string, { format, run }: ExportRequest, disk: Disk = nodeDisk): Generator<string> {
  const layout = layoutOf(root);
  const months = monthsAmong(disk.list(layout.log)).map((month) => join(layout.log, monthFile(month)));
  const runs = disk.list(layout.runs).filter(isRunId).map(layout.runFile);
  if (run !== undefined && (!isRunId(run) || disk.stat(layout.runFile(run)) === undefined)) {
    throw new UserError('not_found', `there is no run ${run}`, { where: { run } });
  }
  const files = run === undefined ? [...months, ...runs] : [layout.runFile(run)];
  if (format === 'jsonl') {
    for (const file of files) yield* wholeLines(disk.read(file) ?? Buffer.alloc(0));
    return;
  }
  const columns = columnsIn(files, disk);
  yield csvRow([...ENVELOPE, ...columns.map((name) => `data.${name}`), 'prev', 'hash']);
  for (const file of files) yield rowsOf(disk.read(file), columns);
}

const NEWLINE = 0x0a;

const ENVELOPE = ['seq', 'epoch', 'ts', 'type', 'run', 'step'] as const;

/** Bytes of one piece, more only for a line that is longer. */
const PIECE = 1024 * 1024;

function* wholeLines(bytes: Buffer): Generator<string> {
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  for (let at = 0; at < whole; ) {
    const end = at + PIECE >= whole ? whole : bytes.indexOf(NEWLINE, at + PIECE) + 1;
    yield bytes.toString('utf8', at, end);
    at = end;
  }
}

function* linesIn(bytes: Buffer | undefined): Generator<Line> {
  if (bytes === undefined) return;
  for (let at = 0, end = lineEnd(bytes, at); end >= 0; at = end + 1, end = lineEnd(bytes, at)) {
    const line = parseLine(bytes, at, end);
    if (line !== undefined) yield line;
  }
}

/** Names of members of any event's data, sorted. */
function columnsIn(files: readonly string[], disk: Disk): readonly string[] {
  const names = new Set<string>();
  for (const file of files) {
    for (const { data } of linesIn(disk.read(file))) for (const name of Object.keys(data)) names.add(name);
  }
  return [...names].sort();
}

function rowsOf(bytes: Buffer | undefined, columns: readonly string[]): string {
  let rows = '';
  for (const line of linesIn(bytes)) {
    const cells = [
      ...ENVELOPE.map((name) => line[name]),
      ...columns.map((name) => line.data[name]),
      line.prev,
      line.hash,
    ];
    rows += csvRow(cells.map(cellOf));
  }
  return rows;
}

function cellOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? canonicalJson(value) : String(value);
}
