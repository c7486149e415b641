import type { RunEventBody } from '../events/event.ts';
import type { JsonObject } from '../json.ts';
import type { Op } from '../ops/op.ts';
import { decide } from '../permissions/decide.ts';
import { contextOf, type Request } from './decided-in.ts';
import { deny } from './permit.ts';
import type { Drive } from './ports.ts';

/**
 * A replay: the op has the receipts that were recorded, as far as it is the same op with the same arguments and the
 * skill still declares what it needs.
 */
export function repeat(drive: Drive, op: Op, request: Request, recorded: readonly RunEventBody[]): void {
  const context = contextOf(drive, op, request);
  const refused = op
    .needs(request.args as JsonObject)
    .map((need) => ({ need, decision: decide(need, context) }))
    .find(({ decision }) => decision.by === 'declared');
  if (refused !== undefined) {
    deny(drive, op, request, refused.need, refused.decision);
    return;
  }
  const asked = { kind: op.kind, ...(request.logged ? {} : { args: request.args }) };
  for (const body of recorded) {
    if (isFolded(drive, body)) continue;
    if (body.type === 'permission_denied' && body.data.by === 'declared') {
      drive.emit({ type: 'op_started', step: request.step, data: { ...asked, by: 'declared' } });
    } else if (body.type === 'op_started') drive.emit({ ...body, data: { ...body.data, ...asked } });
    else if (body.type === 'permission_denied') drive.emit({ ...body, data: { ...body.data, ...asked } });
    else drive.emit(body);
  }
}

/** A limit that stood before the op was asked about under the same step id, and that was replayed already. */
export function isFolded(drive: Drive, { type, data }: RunEventBody): boolean {
  const { interventions } = drive.state();
  if (type === 'intervention_opened') return interventions[data.id] !== undefined;
  return type === 'intervention_answered' && interventions[data.id]?.answer !== undefined;
}
