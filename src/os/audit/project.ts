import type { Disk } from '../disk.ts';
import type { Layout } from '../events/layout.ts';
import type { Line } from '../events/line.ts';
import { readMonths } from '../events/project-read.ts';
import { isIntact } from '../events/torn.ts';
import type { AuditProblem, AuditReason } from './report.ts';

/** A line of the project log and where it stands. */
export type Entry = { readonly file: string; readonly number: number; readonly line: Line };

/** What the project log says of one run. */
export type Registered = { opened?: Entry; closed?: Entry; removed?: Entry; readonly heads: Entry[] };

export type ProjectAudit = {
  readonly runs: ReadonlyMap<string, Registered>;
  readonly entries: readonly Entry[];
  /** The first event that is signed; `Infinity` without one. */
  readonly signedFrom: number;
  /** Where the log ends now. */
  readonly end: { readonly file: string; readonly line?: number };
  readonly problems: readonly AuditProblem[];
};

const KEYS = { run_opened: 'opened', run_closed: 'closed', run_removed: 'removed' } as const;

/** Checks the project log's chain and gathers what it says of runs. */
export function auditProject(disk: Disk, layout: Layout): ProjectAudit {
  const problems: AuditProblem[] = [];
  const entries: Entry[] = [];
  for (const { path, chain } of readMonths(disk, layout, true)) {
    const file = layout.show(path);
    const before = entries.at(-1);
    for (const { reason, line, message } of chain.faults) {
      problems.push({ reason: reason as AuditReason, file, line, message });
      if (line !== 1 || before === undefined || (reason !== 'bad_seq' && reason !== 'bad_prev')) continue;
      // Either this file lacks its beginning or the one before it its end.
      const gap = `${file} does not begin where this file ends`;
      problems.push({ reason, file: before.file, line: before.number, message: gap });
    }
    if (chain.torn !== undefined) {
      const { line } = chain.torn;
      problems.push({ reason: 'torn', file, line, message: `line ${line} is half written; the next event mends it` });
    }
    for (const [i, line] of chain.lines.entries()) entries.push({ file, number: chain.numbers[i] ?? 0, line });
  }

  const runs = new Map<string, Registered>();
  for (const entry of entries) {
    const { type, run } = entry.line;
    if (type === 'log_torn') problems.push(...keptProblems(disk, layout, layout.log, entry.line));
    if (type === 'head_signed') problems.push(...ownHeadProblems(entry, entries));
    if (run === undefined) continue;
    const known: Registered = runs.get(run) ?? { heads: [] };
    if (type === 'head_signed') known.heads.push(entry);
    if (type === 'head_signed' || Object.hasOwn(KEYS, type)) runs.set(run, known);
    if (!Object.hasOwn(KEYS, type)) continue;
    const key = KEYS[type as keyof typeof KEYS];
    if (known[key] !== undefined) {
      const { file, number: line } = entry;
      problems.push({ reason: 'duplicate', file, line, run, message: `run ${run} is ${key} twice` });
    } else known[key] = entry;
  }
  for (const [run, { closed, removed }] of runs) {
    if (closed === undefined || removed === undefined) continue;
    const { file, number: line } = removed;
    const [was, is] = [closed.line.data, removed.line.data];
    if (was.seq !== is.seq || was.head !== is.head) {
      problems.push({
        reason: 'head',
        file,
        line,
        run,
        message: `run ${run} was removed with another end than it had`,
      });
    }
    if (was.signed !== undefined && is.signed === undefined) {
      const message = `the end of run ${run} was signed, its removal is not: \`reyn gc\` would have signed it`;
      problems.push({ reason: 'unsigned', file, line, run, message });
    }
  }
  const last = entries.at(-1);
  const end = last === undefined ? { file: layout.show(layout.log) } : { file: last.file, line: last.number };
  const signedFrom = entries.find(({ line }) => line.data.signed !== undefined)?.line.seq ?? Number.POSITIVE_INFINITY;
  return { runs, entries, signedFrom, end, problems };
}

/** Where the project log says it stood must be one of its own lines. */
function ownHeadProblems({ file, number, line }: Entry, entries: readonly Entry[]): AuditProblem[] {
  const { seq, head } = line.data;
  if (line.run !== undefined || entries.some((entry) => entry.line.seq === seq && entry.line.hash === head)) return [];
  return [
    { reason: 'head', file, line: number, message: `event ${String(seq)}, which line ${number} signs, is not here` },
  ];
}

/** Whether what a `log_torn` event kept aside is still there. */
export function keptProblems(disk: Disk, layout: Layout, dir: string, line: Line): AuditProblem[] {
  const { kept, bytes } = line.data;
  if (typeof kept === 'string' && typeof bytes === 'number' && isIntact(disk, dir, { kept, bytes })) return [];
  const file = `${layout.show(dir)}/${String(kept)}`;
  const run = line.run === undefined ? {} : { run: line.run };
  return [{ reason: 'bad_torn', file, ...run, message: 'what was cut off a torn log is missing or was changed' }];
}
