import { join } from 'node:path';
import { type Disk, nodeDisk } from '../disk.ts';
import { UserError } from '../errors.ts';
import { isRunId, type Layout, layoutOf, monthsAmong } from '../events/layout.ts';
import type { Line } from '../events/line.ts';
import { type Locks, sqliteLocks } from '../events/locks.ts';
import { monthFile } from '../events/project-read.ts';
import type { Signer } from '../signing.ts';
import { type Against, auditAgainst } from './against.ts';
import { auditBlobs, blobsNamedBy, type Naming } from './blobs.ts';
import { auditProject, type ProjectAudit } from './project.ts';
import type { AuditProblem, AuditReport } from './report.ts';
import { auditRun } from './run.ts';
import { auditSignatures, isSigned, signatureCheck } from './signatures.ts';

export type AuditPorts = {
  /** Whose keys are trusted; `undefined` = nobody's. */
  readonly signer: Signer | undefined;
  readonly disk?: Disk;
  readonly locks?: Locks;
};

/** What is looked at. Absent members ask for less. */
export type AuditRequest = {
  /** The project log and this run alone. */
  readonly run?: string;
  /** A seal made earlier: what it names must still be there. */
  readonly against?: Against;
  /** That nobody signed where a log ends is a problem. */
  readonly signed?: boolean;
};

/** Others may be writing. A report with problems counts only when the project log stood still meanwhile. */
const ROUNDS = 3;

/**
 * Checks a project's store without changing it: every line of every log, the project log against the runs, every
 * signature and every blob. Work of living processes is no problem.
 * @throws UserError `not_found` for a run nothing is known of; `disk`.
 */
export function verifyStore(root: string, request: AuditRequest, ports: AuditPorts): AuditReport {
  const layout = layoutOf(root);
  const { signer, disk = nodeDisk, locks = sqliteLocks(layout.locks) } = ports;
  for (let round = 1; ; round++) {
    const before = extent(disk, layout);
    const report = verifyOnce({ disk, layout, locks, signer }, request);
    if (report.ok || round === ROUNDS || extent(disk, layout) === before) return report;
  }
}

function extent(disk: Disk, layout: Layout): string {
  const months = monthsAmong(disk.list(layout.log));
  return months.map((month) => `${month}:${disk.stat(join(layout.log, monthFile(month)))?.bytes}`).join(' ');
}

type Setting = { disk: Disk; layout: Layout; locks: Locks; signer: Signer | undefined };

function verifyOnce({ disk, layout, locks, signer }: Setting, request: AuditRequest): AuditReport {
  const { run: only, against } = request;
  const project = auditProject(disk, layout);
  const problems: AuditProblem[] = [...project.problems];
  const notes: AuditProblem[] = [];
  const folders = disk.list(layout.runs).filter((name) => only === undefined || name === only);
  if (only !== undefined && folders.length === 0 && !project.runs.has(only)) {
    throw new UserError('not_found', `there is no run ${only}`, { where: { run: only } });
  }
  const sealed = against === undefined ? [] : [[against.seal.key.id, against.seal.key.public_key] as const];
  const check = signatureCheck(signer, new Map(sealed));
  problems.push(...auditSignatures(project.entries, project.runs, check));

  const named = new Map<string, Naming>();
  const linesOf = new Map<string, readonly Line[]>();
  let events = project.entries.length;
  for (const { file, number, line } of project.entries) {
    for (const digest of blobsNamedBy(line)) named.set(digest, { file, line: number });
  }
  for (const run of folders) {
    if (!isRunId(run)) {
      problems.push({ reason: 'unregistered', file: `${layout.show(layout.runs)}/${run}`, message: 'is no run' });
      continue;
    }
    if (project.runs.get(run)?.removed !== undefined) continue;
    const audit = auditRun({ disk, layout, locks, project }, run);
    problems.push(...audit.problems);
    notes.push(...audit.notes);
    linesOf.set(run, audit.lines);
    events += audit.lines.length;
    const file = layout.show(layout.runFile(run));
    for (const line of audit.lines) {
      for (const digest of blobsNamedBy(line)) named.set(digest, { file, line: line.seq, run });
    }
  }
  problems.push(...missingRuns(project, new Set(folders), only));
  if (against !== undefined) problems.push(...auditAgainst(against, project, (run) => linesOf.get(run), only));
  if (against !== undefined && signer?.knows(against.seal.key.id) !== true) {
    const message = `made with the key ${against.seal.key.id}, which is not among yours, and trusted because you named it`;
    notes.push({ reason: 'foreign_key', file: against.file, message });
  }
  notes.push(...removals(project, new Set(folders), only));
  const blobs = auditBlobs(disk, layout, named, only === undefined);
  problems.push(...blobs.problems);
  if (request.signed === true) problems.push(...notes.filter(({ reason }) => reason === 'unsigned'));
  const left = request.signed === true ? notes.filter(({ reason }) => reason !== 'unsigned') : notes;
  return { ok: problems.length === 0, runs: linesOf.size, events, blobs: blobs.checked, problems, notes: left };
}

function missingRuns(project: ProjectAudit, folders: ReadonlySet<string>, only: string | undefined): AuditProblem[] {
  return [...project.runs].flatMap(([run, { opened, removed }]) => {
    if (removed !== undefined || folders.has(run) || (only !== undefined && run !== only)) return [];
    const place = opened === undefined ? project.end : { file: opened.file, line: opened.number };
    return [{ reason: 'missing_run' as const, ...place, run, message: `the folder of run ${run} is missing` }];
  });
}

/** Runs that are gone with leave; and whether somebody signed that. */
function removals(project: ProjectAudit, folders: ReadonlySet<string>, only: string | undefined): AuditProblem[] {
  return [...project.runs].flatMap(([run, registered]): AuditProblem[] => {
    const { removed } = registered;
    if (removed === undefined || (only !== undefined && run !== only)) return [];
    const { seq, head, rule } = removed.line.data;
    const place = { file: removed.file, line: removed.number, run };
    const left = folders.has(run) ? '; its folder is still there, `reyn gc` removes it' : '';
    const note = { reason: 'removed' as const, ...place, message: `run ${run} was removed: ${String(rule)}${left}` };
    if (isSigned({ removed, heads: [] }, { seq: Number(seq), hash: String(head) })) return [note];
    return [note, { reason: 'unsigned', ...place, message: `nobody signed that run ${run} was removed` }];
  });
}
