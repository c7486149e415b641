import { UserError } from '../errors.ts';
import { derivedId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { ChildOp } from '../ops/op.ts';
import { isDelegated } from '../permissions/declared.ts';
import type { ChildEnd, Drive } from './ports.ts';

/** Id of the sub-run that a step starts: it follows from run and step, so that a resumed step finds the one it started. */
export function subRunId(run: string, step: string): string {
  return derivedId(run, step);
}

/** Starts the sub-run, or adopts it, and writes its receipt. `start` records the intent. */
export async function child(
  drive: Drive,
  op: ChildOp,
  { step, args }: { readonly step: string; readonly args: JsonObject },
  start: (intent: { readonly child: string }) => void,
): Promise<void> {
  const { skill, input } = op.child(args);
  const id = subRunId(drive.state().run, step);
  start({ child: id });
  const intended = drive.log.flush();
  intended.catch(() => undefined); // it is thrown below, also when the sub-run never came to waiting for it
  const state = drive.state();
  const { ports } = drive;
  const own = { skill: drive.skill.name, permissions: drive.skill.permissions };
  const end = await ports.startChild({
    child: id,
    parent: { run: state.run, step, root: state.started.parent?.root ?? state.run },
    skill,
    input,
    model: state.started.model,
    limits: ports.meter.left(),
    bounds: isDelegated(skill, own.permissions) ? ports.bounds : [...ports.bounds, own],
    meter: ports.meter,
    signal: ports.signal,
    intended,
  });
  await intended;
  try {
    settle(drive, step, skill, id, end);
  } finally {
    end.settled(); // with the receipt, at once: in between it would count twice
  }
  await drive.log.flush();
}

function settle(drive: Drive, step: string, skill: string, child: string, end: ChildEnd): void {
  if (end.status === 'interrupted') {
    if (end.cause === 'signal') return;
    throw new UserError('model', end.message, { where: { skill } });
  }
  if (end.status === 'waiting') {
    drive.emit({ type: 'child_waiting', step, data: { child, waiting: [...end.waiting] } });
    return;
  }
  const { bytes: _, ms, ...used } = end.spent;
  const spent = { ...used, ms: drive.ports.meter.elapsed(ms) };
  const how = end.status === 'finished' ? { result: end.result } : { error: { code: end.code, message: end.message } };
  drive.emit({ type: 'op_finished', step, data: { ...how, spent } });
}
