import { expect } from 'vitest';
import { OPS } from '../../src/os/ops/list.ts';
import type { Lab } from './lab.ts';
import { begun } from './must-not.ts';
import { argsOf, openVouched, sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { runLab } from './runs.ts';

/**
 * Sends the op of a row through the gate, as the skill `lab`. Whatever becomes of it, one event tells. What is refused
 * before there is a run has none, so it is asked for by a model as well, and then there is.
 */
export async function playOp(lab: Lab): Promise<Outcome> {
  const { op, input } = lab.row;
  const args = argsOf(op, input);
  const outcome = await sendOp(lab, await openVouched(lab), op, args);
  const asked = outcome.verdicts.includes('ask');
  const telling = lab.events.filter(({ type }) =>
    asked ? type === 'intervention_opened' : type === 'permission_denied' || type === 'op_finished',
  );
  if (lab.events.length > 0) {
    expect(telling, 'one event tells of it').toHaveLength(1);
    return outcome;
  }
  if (OPS.some(({ kind }) => kind === op)) {
    await runLab(lab, [{ turn: { ops: [{ kind: op, args }] } }]);
    const refused = lab.events.filter(({ type }) => type === 'validation_error');
    expect(refused.length, 'a violation of the contract is recorded').toBeGreaterThan(0);
    expect(begun(lab)).toEqual([]);
  }
  return outcome;
}
