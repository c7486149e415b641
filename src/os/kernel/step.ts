import type { Json } from '../json.ts';
import { checkArgs } from '../ops/validate.ts';
import { showErrors } from '../schema.ts';
import type { OpStep, ValidateStep } from '../skills/skill.ts';
import { validateAt } from '../steps/apply.ts';
import { fillTemplate } from '../steps/template.ts';
import { dispatch } from './dispatch.ts';
import type { Action } from './next.ts';
import type { Drive } from './ports.ts';

/**
 * Does one deterministic step. An op step goes through the same gate as an op a model asked for; a `validate` step is
 * done again in a replay, since it depends on nothing but the artifact.
 */
export async function takeStep(drive: Drive, { id, step, artifact }: Extract<Action, { do: 'step' }>): Promise<void> {
  if (step.type === 'op') await opStep(drive, id, step, artifact);
  else validateStep(drive, id, step, artifact);
}

async function opStep(drive: Drive, id: string, step: OpStep, artifact: Json): Promise<void> {
  const op = drive.ports.ops.find(({ kind }) => kind === step.op);
  if (op === undefined) return fail(drive, id, 'unknown_op', `there is no op "${step.op}"`);
  if (op.effect === 'waits') return fail(drive, id, 'unknown_op', `${step.op} cannot be a step: it waits for a person`);
  const filled = fillTemplate(step.args, artifact);
  if (!filled.ok) return fail(drive, id, 'template', `absent in the artifact: ${filled.absent.join(', ')}`);
  const errors = checkArgs(op, filled.value);
  if (errors.length > 0) return fail(drive, id, 'op_arguments', showErrors(errors));
  const call = { step: id, kind: op.kind, args: filled.value, logged: false, named: new Set<string>() };
  await dispatch(drive, op, call);
}

/** Findings go into the artifact where `into` says so; without `into` a finding fails the step. */
function validateStep(drive: Drive, id: string, step: ValidateStep, artifact: Json): void {
  const findings = validateAt(artifact, step.path, step.schema);
  if (step.into !== undefined) drive.emit({ type: 'step_finished', step: id, data: { result: findings } });
  else if (findings.length === 0) drive.emit({ type: 'step_finished', step: id, data: {} });
  else fail(drive, id, 'invalid', findings.join('; '));
}

function fail(drive: Drive, step: string, code: string, message: string): void {
  drive.emit({ type: 'step_finished', step, data: { error: { code, message } } });
}
