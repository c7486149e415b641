import type { Json } from '../../../../src/os/json.ts';
import { openSandbox } from '../../../../src/os/sandbox/open.ts';
import { openPythonEngine } from '../../../../src/os/steps/python/engine.ts';
import type { PythonCall, PythonEnd } from '../../../../src/os/steps/python/port.ts';

/** The engine of this machine, in its sandbox. */
export const engine = openPythonEngine({ sandbox: () => openSandbox({ setting: 'auto', root: '/' }) });

type More = Partial<Omit<PythonCall, 'modules' | 'input'>> & {
  readonly modules?: PythonCall['modules'];
  readonly signal?: AbortSignal;
};

/** Calls `f` of `steps/rank.py`, which holds these lines. */
export function call(
  source: string,
  input: Json = {},
  { modules = {}, signal, ...more }: More = {},
): Promise<PythonEnd> {
  const usual = { module: 'rank.py', function: 'f', seed: 'run/1/s1', seconds: 30 };
  const request = { ...usual, ...more, modules: { 'rank.py': source, ...modules }, input };
  return engine.run(request, signal ?? new AbortController().signal);
}

/** `f` that evaluates one expression over its input `a`. */
export const returns = (expression: string, input: Json = {}, more: More = {}): Promise<PythonEnd> =>
  call(`def f(a):\n    return ${expression}\n`, input, more);

/** What was returned, or the fault as one line. */
export async function outcome(end: Promise<PythonEnd>): Promise<Json> {
  const given = await end;
  return given.ok ? given.value : `${given.code}: ${given.message}`;
}
