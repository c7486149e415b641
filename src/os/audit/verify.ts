import { join } from 'node:path';
import { type Disk, nodeDisk } from '../disk.ts';
import { UserError } from '../errors.ts';
import { isRunId, type Layout, layoutOf, monthsAmong } from '../events/layout.ts';
import { type Locks, sqliteLocks } from '../events/locks.ts';
import { monthFile } from '../events/project-read.ts';
import { auditBlobs, blobsNamedBy, type Naming } from './blobs.ts';
import { auditProject, type ProjectAudit } from './project.ts';
import type { AuditProblem, AuditReport } from './report.ts';
import { auditRun } from './run.ts';

export type AuditPorts = { readonly disk?: Disk; readonly locks?: Locks };

/** Others may be writing. A report with problems counts only when the project log stood still meanwhile. */
const ROUNDS = 3;

/**
 * Checks a project's store without changing it: every line of every log, the project log against the runs, and every
 * blob. With `run`, the project log and that run alone. Work of living processes is no problem.
 * @throws UserError `not_found` for a run nothing is known of; `disk`.
 */
export function verifyStore(root: string, run?: string, ports: AuditPorts = {}): AuditReport {
  const layout = layoutOf(root);
  const disk = ports.disk ?? nodeDisk;
  const locks = ports.locks ?? sqliteLocks(layout.locks);
  for (let round = 1; ; round++) {
    const before = extent(disk, layout);
    const report = verifyOnce(disk, layout, locks, run);
    if (report.ok || round === ROUNDS || extent(disk, layout) === before) return report;
  }
}

function extent(disk: Disk, layout: Layout): string {
  const months = monthsAmong(disk.list(layout.log));
  return months.map((month) => `${month}:${disk.stat(join(layout.log, monthFile(month)))?.bytes}`).join(' ');
}

function verifyOnce(disk: Disk, layout: Layout, locks: Locks, only: string | undefined): AuditReport {
  const project = auditProject(disk, layout);
  const problems: AuditProblem[] = [...project.problems];
  const folders = only === undefined ? disk.list(layout.runs) : disk.list(layout.runs).filter((name) => name === only);
  if (only !== undefined && folders.length === 0 && !project.runs.has(only)) {
    throw new UserError('not_found', `there is no run ${only}`, { where: { run: only } });
  }

  const named = new Map<string, Naming>();
  let events = project.entries.length;
  for (const { file, number, line } of project.entries) {
    for (const digest of blobsNamedBy(line)) named.set(digest, { file, line: number });
  }
  for (const run of folders) {
    if (!isRunId(run)) {
      problems.push({ reason: 'unregistered', file: `${layout.show(layout.runs)}/${run}`, message: 'is no run' });
      continue;
    }
    const audit = auditRun({ disk, layout, locks, project }, run);
    problems.push(...audit.problems);
    events += audit.lines.length;
    const file = layout.show(layout.runFile(run));
    for (const line of audit.lines) {
      for (const digest of blobsNamedBy(line)) named.set(digest, { file, line: line.seq, run });
    }
  }
  problems.push(...missingRuns(project, new Set(folders), only));
  const blobs = auditBlobs(disk, layout, named, only === undefined);
  problems.push(...blobs.problems);
  return { ok: problems.length === 0, runs: folders.length, events, blobs: blobs.checked, problems };
}

function missingRuns(project: ProjectAudit, folders: ReadonlySet<string>, only: string | undefined): AuditProblem[] {
  return [...project.runs].flatMap(([run, { opened, removed }]) => {
    if (removed !== undefined || folders.has(run) || (only !== undefined && run !== only)) return [];
    const place = opened === undefined ? project.end : { file: opened.file, line: opened.number };
    return [{ reason: 'missing_run' as const, ...place, run, message: `the folder of run ${run} is missing` }];
  });
}
