import type { MeterCrossing } from '../limits/meter.ts';
import { type Action, stepOf } from './next.ts';
import type { Drive } from './ports.ts';
import type { RunState } from './state.ts';
import { recordOf } from './steps.ts';

/** The limit that stands in the way of beginning an action beside `opsBefore` others, or `undefined`. */
export function limitBefore(drive: Drive, action: Action, opsBefore: number): MeterCrossing | undefined {
  const step = stepOf(action);
  const state = drive.state();
  if (step === undefined || !isNew(state, action)) return undefined;
  const kind = action.do === 'turn' || action.do === 'leave' ? action.do : 'op';
  return drive.ports.meter.crossing({ kind, visits: state.visits[state.phase] ?? 0, opsBefore }, step);
}

/** Whether nothing of it was begun; what was under way at a crash was let through then. */
export function isNew(state: RunState, action: Action): boolean {
  return recordOf(state.steps, stepOf(action) ?? '') === undefined;
}
