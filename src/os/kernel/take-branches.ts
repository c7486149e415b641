import type { MeterCrossing } from '../limits/meter.ts';
import { type Branch, branchesOf, isBranching, isFatal, standingOf } from './branches.ts';
import { limitBefore } from './limit-before.ts';
import type { Action } from './next.ts';
import { overLimit } from './over-limit.ts';
import type { Drive } from './ports.ts';
import { recordOf } from './steps.ts';

type StepAction = Extract<Action, { do: 'step' }>;

/**
 * Takes the branches of a step, as many at a time as it says, each as a step of its own.
 *
 *  - C1 Branches begin in order. One that waits lets the next begin; the run suspends when only such are left.
 *  - C2 Once a branch failed that must not, or a limit is reached, no further one begins; those under way end.
 *  - C3 A branch that throws (a provider, a disk) stops the drive, after the others ended.
 *  - C4 A replay first takes the branches that were recorded: which of them had begun before one failed was chance.
 */
export async function takeBranches(
  drive: Drive,
  action: StepAction,
  take: (drive: Drive, action: StepAction) => Promise<void>,
): Promise<void> {
  const { id, step, artifact } = action;
  if (!isBranching(step)) throw new TypeError(`${id} has no branches`);
  const branches = branchesOf({ id, step, scope: artifact });
  if (typeof branches === 'string') {
    drive.emit({ type: 'step_finished', step: id, data: { error: { code: 'no_list', message: branches } } });
    return;
  }
  if (recordOf(drive.state().steps, id) === undefined) {
    drive.emit({ type: 'branches_opened', step: id, data: { count: branches.length } });
  }
  const standing = (branch: Branch) => standingOf(branch, drive.state(), undefined);
  const due = branches.filter((branch) => standing(branch).status === 'due');
  const queue = recordedFirst(drive, due);
  const underWay = new Set<Branch>();
  let failed = branches.some((branch) => isFatal(branch.step, standing(branch)));
  let crossed: { readonly step: string; readonly crossing: MeterCrossing } | undefined;
  let thrown: { readonly error: unknown } | undefined;

  const isBegun = ({ id: at }: Branch) => recordOf(drive.state().steps, at) !== undefined;
  const mayBegin = (branch: Branch) => !failed || isBegun(branch) || isRecorded(drive, branch.id);
  const takeOne = async (branch: Branch): Promise<void> => {
    const one: StepAction = { do: 'step', id: branch.id, step: branch.step, artifact: branch.scope };
    const unseen = [...underWay].filter((each) => !isBegun(each)).length;
    const crossing = limitBefore(drive, one, unseen);
    if (crossing !== undefined) {
      crossed ??= { step: branch.id, crossing };
      return;
    }
    underWay.add(branch);
    try {
      await take(drive, one);
    } catch (error) {
      thrown ??= { error };
    }
    underWay.delete(branch);
    if (isFatal(branch.step, standing(branch))) failed = true;
  };
  const work = async (): Promise<void> => {
    while (crossed === undefined && thrown === undefined && !drive.ports.signal.aborted) {
      const branch = queue.shift();
      if (branch === undefined) return;
      if (mayBegin(branch)) await takeOne(branch);
    }
  };
  await Promise.all(Array.from({ length: Math.min(step.concurrency, queue.length) }, work));
  if (thrown !== undefined) throw thrown.error;
  if (crossed !== undefined && !failed) await overLimit(drive, crossed.step, crossed.crossing);
}

function recordedFirst(drive: Drive, branches: readonly Branch[]): Branch[] {
  return [
    ...branches.filter(({ id }) => isRecorded(drive, id)),
    ...branches.filter(({ id }) => !isRecorded(drive, id)),
  ];
}

function isRecorded(drive: Drive, step: string): boolean {
  return drive.ports.recorded?.isRecorded(step) === true;
}
