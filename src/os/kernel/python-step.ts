import type { Json } from '../json.ts';
import { decide } from '../permissions/decide.ts';
import type { Need } from '../permissions/need.ts';
import { compileSchema, showErrors } from '../schema.ts';
import { PYTHON_SECONDS, pythonModuleOf } from '../skills/python-module.ts';
import type { PythonStep } from '../skills/skill.ts';
import { shownModule } from '../steps/python/answer.ts';
import { contextOf, type Request } from './decided-in.ts';
import { deny, permit } from './permit.ts';
import type { Drive } from './ports.ts';
import { isFolded } from './repeat.ts';

/** What stands for the op where a function is decided upon; rules of the operator name it so. */
const PYTHON = { kind: 'python' } as const;

/**
 * Calls a Python function, when it is permitted. Like an op it is decided upon before anything happens, and a denial is
 * its own event; like a `js` step it is a function of the artifact, done again after a crash and not in a replay.
 */
export async function takePythonStep(drive: Drive, id: string, step: PythonStep, artifact: Json): Promise<void> {
  const module = pythonModuleOf(step.module);
  const need = { kind: 'python', module, function: step.function } as const;
  const args = { module, function: step.function };
  const request: Request = { step: id, kind: PYTHON.kind, args, logged: false, named: new Set() };
  if (repeated(drive, request, need)) return;
  const { python } = drive.ports;
  const decision = decide(need, contextOf(drive, PYTHON, request));
  if (python.backend === undefined && decision.verdict === 'deny') return deny(drive, PYTHON, request, need, decision);
  if (python.backend !== undefined) {
    const permitted = await permit(drive, PYTHON, request, [need], async () => ({}));
    if (permitted === undefined) return;
  }
  await call(drive, id, step, artifact);
}

/** A replay takes what was recorded, as far as the skill still declares the function. */
function repeated(drive: Drive, request: Request, need: Need): boolean {
  const { step } = request;
  const recorded = drive.ports.recorded?.receipts(step);
  if (recorded === undefined) return false;
  const decision = decide(need, contextOf(drive, PYTHON, request));
  if (decision.by === 'declared') deny(drive, PYTHON, request, need, decision);
  else if (recorded.some(({ type, data }) => type === 'permission_denied' && data.by === 'declared')) {
    drive.emit({ type: 'step_finished', step, data: {} }); // it would run now, which is a difference
  } else for (const body of recorded) if (!isFolded(drive, body)) drive.emit(body);
  return true;
}

async function call(drive: Drive, id: string, step: PythonStep, artifact: Json): Promise<void> {
  const { skill, ports } = drive;
  const { module, function: name, outputSchema, envelope } = step;
  const state = drive.state();
  const declared = skill.permissions.python.find(
    (entry) => entry.module === pythonModuleOf(module) && entry.function === name,
  );
  const end = await ports.python.run(
    {
      modules: Object.fromEntries(Object.entries(skill.code).filter(([file]) => file.endsWith('.py'))),
      module,
      function: name,
      input: envelope ? { type: (state.result ?? state.input).type, data: artifact } : artifact,
      seed: `${state.run}/${id}`,
      seconds: declared?.timeout ?? PYTHON_SECONDS.usual,
    },
    ports.signal,
  );
  const { backend } = ports.python;
  const where = backend === undefined ? {} : { backend };
  const fail = (code: string, message: string): void => {
    drive.emit({ type: 'step_finished', step: id, data: { error: { code, message }, ...where } });
  };
  if (!end.ok) return fail(end.code, end.message);
  const errors = compileSchema(outputSchema)(end.value);
  if (errors.length === 0) drive.emit({ type: 'step_finished', step: id, data: { result: end.value, ...where } });
  else {
    const what = `what ${name} of ${shownModule(module)} in ${skill.name} returned`;
    fail('python_output', `${what} does not fit output_schema: ${showErrors(errors)}`);
  }
}
