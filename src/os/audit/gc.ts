import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Retention } from '../config/config.ts';
import { type Disk, nodeDisk } from '../disk.ts';
import { CorruptLog, UserError } from '../errors.ts';
import { isRunId, type Layout, layoutOf } from '../events/layout.ts';
import type { Store, Swept } from '../events/port.ts';
import { unnamedBlobs } from '../events/sweep.ts';
import { auditProject, type ProjectAudit } from './project.ts';
import { chooseTrees, showRule, treesOf } from './retention.ts';

export type GcReport = {
  /** The rule that was applied; absent when the configuration has none, and then nothing was done. */
  readonly rule?: string;
  readonly dryRun: boolean;
  /** Removed, or with `dryRun` to be removed. */
  readonly removed: readonly RemovedRun[];
  /** Runs that were recorded as removed and were still there in part. */
  readonly finished: readonly string[];
  /** Runs that stay, started by somebody: by the rule, or because they or a sub-run have not ended. */
  readonly kept: number;
  readonly unfinished: number;
  /** Runs that the rule takes and that cannot be removed. */
  readonly refused: readonly { readonly run: string; readonly code: string; readonly message: string }[];
  readonly blobs: Swept;
  /** Ids of evaluations that were removed, or with `dryRun` would be; absent where nobody looked. */
  readonly evaluations?: readonly string[];
};

export type RemovedRun = {
  readonly run: string;
  readonly skill: string;
  /** The run it was a sub-run of, at the top. */
  readonly root?: string;
  /** ISO 8601. */
  readonly ended: string;
  /** Of its log. */
  readonly bytes: number;
};

export type GcPorts = {
  readonly root: string;
  readonly retention: Retention | undefined;
  /** Opened when there is something to remove. */
  readonly store: () => Store;
  readonly clock: Clock;
  readonly disk?: Disk | undefined;
  readonly dryRun: boolean;
};

/**
 * Removes runs by the rule of retention, and blobs that nothing names any more. Breaking off at any point is safe: the
 * next call goes on.
 * @throws UserError `disk`, `busy`, `refused`; CorruptLog when the project log is not what was written.
 */
export async function collectGarbage(ports: GcPorts): Promise<GcReport> {
  const { root, retention = {}, store, clock, disk = nodeDisk, dryRun } = ports;
  const layout = layoutOf(root);
  const rule = showRule(retention);
  const project = auditProject(disk, layout);
  const fault = project.problems.find(({ reason }) => reason !== 'torn');
  if (fault !== undefined) throw new CorruptLog(fault.reason, fault.message, fault);
  const nothing = { dryRun, removed: [], finished: [], refused: [], blobs: { blobs: 0, bytes: 0 } };
  const trees = treesOf(project.runs);
  if (rule === undefined) {
    const unfinished = trees.filter(({ ended }) => ended === undefined).length;
    return { ...nothing, kept: trees.length - unfinished, unfinished };
  }

  const { remove, unfinished, kept } = chooseTrees(trees, retention, clock.now());
  const finished = leftovers(disk, layout, project);
  const report = { ...nothing, rule, finished, kept: kept.length, unfinished: unfinished.length };
  const planned = remove.flatMap(({ root: top, runs }) => runs.map((run) => factsOf(disk, layout, project, run, top)));
  if (dryRun) {
    const gone = new Set([...planned.map(({ run }) => run), ...finished]);
    const unnamed = [...unnamedBlobs(disk, layout, gone).values()];
    const bytes = unnamed.reduce((sum, each) => sum + each, 0);
    return { ...report, removed: planned, blobs: { blobs: unnamed.length, bytes } };
  }

  const removed: RemovedRun[] = [];
  const refused: { run: string; code: string; message: string }[] = [];
  const attempt = async (run: string, then: () => void) => {
    try {
      await store().removeRun(run, { rule, by: 'reyn gc' });
      then();
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'disk' || error.code === 'busy') throw error;
      refused.push({ run, code: error.code, message: error.message });
    }
  };
  for (const run of finished) await attempt(run, () => undefined);
  for (const facts of planned) await attempt(facts.run, () => removed.push(facts));
  return { ...report, removed, refused, blobs: await store().sweepBlobs() };
}

/** Runs recorded as removed of which something is still there. */
function leftovers(disk: Disk, layout: Layout, { runs }: ProjectAudit): string[] {
  const isThere = (path: string) => disk.stat(path) !== undefined || disk.isLink(path);
  return [...runs]
    .filter(([run]) => isRunId(run))
    .filter(([run, { removed }]) => removed !== undefined && [layout.runDir(run), layout.workDir(run)].some(isThere))
    .map(([run]) => run);
}

function factsOf(disk: Disk, layout: Layout, { runs }: ProjectAudit, run: string, root: string): RemovedRun {
  const { opened, closed } = runs.get(run) ?? {};
  const dir = layout.runDir(run);
  const bytes = disk.list(dir).reduce((sum, name) => sum + (disk.stat(join(dir, name))?.bytes ?? 0), 0);
  const skill = String(opened?.line.data.skill ?? '');
  const ended = closed?.line.ts ?? '';
  return { run, skill, ...(root === run ? {} : { root }), ended, bytes };
}
