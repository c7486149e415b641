import type { Json } from '../../json.ts';
import type { Sandbox } from '../../sandbox/port.ts';

/**
 * Runs the pure functions of a skill that are written in Python, each call in an interpreter of its own in the sandbox.
 *
 *  - P-1 A function sees its input, the sources of its skill and Python's standard library: no file of the project or
 *    the person, no network, no variable of the environment, no other process.
 *  - P-2 `random` and the order of sets follow from `seed`.
 *  - P-3 A call that exceeds a bound ends with a fault, and nothing of it is left running.
 */
export type PythonEngine = {
  /** What isolates the interpreter; `undefined` = nothing can, and every call ends with `no_sandbox`. */
  readonly backend: Sandbox['backend'] | undefined;
  /** Never rejects but with the signal's reason; what goes wrong inside is the end of the call. */
  run(call: PythonCall, signal: AbortSignal): Promise<PythonEnd>;
};

export type PythonCall = {
  /** Sources by their path in `steps/`, e.g. `rank.py`, `lib/words.py`; `../stats.py` is one beside that folder. */
  readonly modules: Readonly<Record<string, string>>;
  /** One of them. */
  readonly module: string;
  /** Name of the function to call with `input`. */
  readonly function: string;
  readonly input: Json;
  /** Seeds `random` and the hashes of texts. */
  readonly seed: string;
  /** Wall-clock seconds it may take, the start of the interpreter included. */
  readonly seconds: number;
};

export type PythonEnd =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly code: PythonFault;
      /** What happened, and where: `steps/rank.py:12` as far as it is known. */
      readonly message: string;
    };

/**
 * Why a call gave nothing: it raised, ran too long, took too much memory, or what went in or came out will not do; this
 * machine has no sandbox, or no Python.
 */
export const PYTHON_FAULTS = [
  'python_error',
  'python_timeout',
  'python_memory',
  'python_input',
  'python_output',
  'no_sandbox',
  'no_python',
] as const;
export type PythonFault = (typeof PYTHON_FAULTS)[number];

/**
 * Bounds of one call. An interpreter in a sandbox takes about 0.1 s to start, and many times that on a busy machine, so
 * the time is wider than that of a `js` step; the memory counts the interpreter, which needs some 20 MB of it.
 */
export const PYTHON_LIMITS = {
  memoryBytes: 128 * 1024 * 1024,
  inputBytes: 1024 * 1024,
  outputBytes: 1024 * 1024,
  processes: 16,
} as const;
