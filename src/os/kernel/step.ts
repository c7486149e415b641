import type { Json } from '../json.ts';
import { localArgs } from '../ops/local-args.ts';
import { checkArgs } from '../ops/validate.ts';
import { compileSchema, showErrors } from '../schema.ts';
import type { JsStep, OpStep, ValidateStep } from '../skills/skill.ts';
import { validateAt } from '../steps/apply.ts';
import { fillTemplate } from '../steps/template.ts';
import { dispatch } from './dispatch.ts';
import type { Action } from './next.ts';
import type { Drive } from './ports.ts';
import { takePythonStep } from './python-step.ts';
import { takeBranches } from './take-branches.ts';

type StepAction = Extract<Action, { do: 'step' }>;

/**
 * Does one deterministic step. An op step goes through the same gate as an op a model asked for; a `validate` step is
 * done again in a replay, since it depends on nothing but the artifact.
 */
export async function takeStep(drive: Drive, action: StepAction): Promise<void> {
  const { id, step, artifact } = action;
  switch (step.type) {
    case 'op':
      return opStep(drive, id, step, artifact);
    case 'validate':
      return validateStep(drive, id, step, artifact);
    case 'js':
      return jsStep(drive, id, step, artifact);
    case 'python':
      return takePythonStep(drive, id, step, artifact);
    case 'iterate':
    case 'parallel':
      return takeBranches(drive, action, takeStep);
  }
}

/** The function's result, as far as it is what the step says it returns. A replay takes what was recorded. */
async function jsStep(drive: Drive, id: string, step: JsStep, artifact: Json): Promise<void> {
  const recorded = drive.ports.recorded?.receipts(id);
  if (recorded !== undefined) {
    for (const body of recorded) drive.emit(body);
    return;
  }
  const { code, name } = drive.skill;
  const modules = Object.fromEntries(Object.entries(code).filter(([file]) => file.endsWith('.js')));
  const call = { modules, module: step.module, function: step.function, input: artifact };
  const seed = `${drive.state().run}/${id}`;
  const end = await drive.ports.js.run({ ...call, seed }, drive.ports.signal);
  if (!end.ok) return fail(drive, id, end.code, end.message);
  const errors = compileSchema(step.outputSchema)(end.value);
  if (errors.length === 0) drive.emit({ type: 'step_finished', step: id, data: { result: end.value } });
  else {
    const what = `what ${step.function} of steps/${step.module} in ${name} returned`;
    fail(drive, id, 'js_output', `${what} does not fit output_schema: ${showErrors(errors)}`);
  }
}

async function opStep(drive: Drive, id: string, step: OpStep, artifact: Json): Promise<void> {
  const op = drive.ports.ops.find(({ kind }) => kind === step.op);
  if (op === undefined) return fail(drive, id, 'unknown_op', `there is no op "${step.op}"`);
  if (op.effect === 'waits') return fail(drive, id, 'unknown_op', `${step.op} cannot be a step: it waits for a person`);
  const filled = fillTemplate(step.args, artifact);
  if (!filled.ok) return fail(drive, id, 'template', `absent in the artifact: ${filled.absent.join(', ')}`);
  const errors = checkArgs(op, filled.value);
  if (errors.length > 0) return fail(drive, id, 'op_arguments', showErrors(errors));
  const args = localArgs(drive.ports.ops, op.kind, filled.value, drive.ports.workspace.local);
  const call = { step: id, kind: op.kind, args, logged: false, named: new Set<string>() };
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
