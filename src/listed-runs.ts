import { UserError } from './os/errors.ts';
import type { IndexedRun } from './os/index/open.ts';
import { NOTHING_SPENT, type RunSummary } from './os/runs/summary.ts';

/** A run as the list shows it: one whose log is damaged is in it, and one whose process died does not run. */
export function summaryOf(run: IndexedRun<RunSummary>, isDriven: (run: string) => boolean): RunSummary {
  const { summary, fault } = run;
  if (summary !== undefined && fault === undefined) {
    return { ...summary, status: statusOf(summary, isDriven) };
  }
  const { skill, started, version, parent } = run;
  const known = { run: run.run, skill, started, version, spent: NOTHING_SPENT, own: [], waiting: [] };
  const child = parent === undefined ? {} : { parent };
  return { ...known, ...child, ...summary, status: 'damaged', fault: fault ?? 'its log cannot be read', waiting: [] };
}

/** Whether a run goes on, or may, on the version of the skill it began with. */
export function isPinning(run: RunSummary, skill: string): boolean {
  return run.skill === skill && run.ended === undefined && run.status !== 'damaged';
}

/** A run that its log says is running, and that no living process drives, was interrupted. */
export function statusOf({ run, status }: RunSummary, isDriven: (run: string) => boolean): RunSummary['status'] {
  return status === 'running' && !isDriven(run) ? 'interrupted' : status;
}

/** Full id of a run: `latest`, a unique prefix, or the id. */
export function idOf(runs: readonly RunSummary[], reference: string): string {
  if (reference !== 'latest') return oneOf(runs, reference, ({ run }) => run, 'run').run;
  const latest = runs.find((run) => run.parent === undefined);
  if (latest !== undefined) return latest.run;
  throw new UserError('not_found', 'there is no run yet', { hint: 'Start one with `reyn run <skill> "…"`.' });
}

/** The one whose id begins so. @throws UserError `not_found`, `ambiguous`. */
export function oneOf<T>(all: readonly T[], prefix: string, id: (item: T) => string, what: string): T {
  const found = all.filter((item) => id(item).startsWith(prefix.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1 && prefix !== '') return only;
  if (found.length > 1 && prefix !== '') {
    const some = found.slice(0, 5).map(id).join(', ');
    throw new UserError('ambiguous', `"${prefix}" is the beginning of several ${what} ids: ${some}`, {
      hint: 'Give more characters.',
    });
  }
  const list = what === 'run' ? '`reyn runs list`' : '`reyn inbox`';
  throw new UserError('not_found', `there is no ${what} "${prefix}"`, { hint: `${list} shows what there is.` });
}
