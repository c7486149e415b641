import { isObject, type Json, type JsonObject } from '../../json.ts';
import { member, type Part, pathOf, refuse, warn, wordOf } from '../part.ts';
import { PYTHON_SECONDS, pythonModule } from '../python-module.ts';
import { type Change, changeKeys, GONE } from './change.ts';

/** Names of the files of the skill. */
export type Files = ReadonlySet<string>;

/**
 * The file a `python` step of the original means, as this format names it: there `module` counts from the folder of the
 * skill, here from `steps/`. `undefined` when it is named as here, or is not there.
 */
export function foreignModule(step: Json | undefined, files: Files): string | undefined {
  if (!isObject(step) || step.type !== 'python' || typeof step.module !== 'string') return undefined;
  const name = pythonModule(step.module);
  if (files.has(`steps/${name}.py`) || !files.has(`${name}.py`)) return undefined;
  return name.startsWith('steps/') ? name.slice('steps/'.length) : `../${name}.py`;
}

/** A step of the original: its function takes the artifact in an envelope `{type, data}`. */
export function modernPythonStep(step: Part, module: string): Change | undefined {
  const at = member(step, 'module');
  const name = pythonModule(module.replace(/^\.\.\//, ''));
  const message = `the module is named as in the original, and its function gets the envelope {type, data} of the original`;
  const fix = `Let the function take the artifact itself, keep it in steps/${name}.py, and write "module: ${name}".`;
  warn(at, 'foreign/python', message, fix);
  const envelope = { value: true, moves: [{ at: [...pathOf(step), 'envelope'], from: pathOf(at) }] };
  const isSaid = member(step, 'envelope').value !== undefined;
  return changeKeys(step, { module: { value: module, moves: [] }, ...(isSaid ? {} : { envelope }) });
}

const MODES = ['safe', 'unsafe'] as const;

/** `permissions.python` without `mode`, which says what is so for every step here, or what none may have. */
export function modernPythonPermissions(python: Part, files: Files): Change | undefined {
  const { value } = python;
  if (!Array.isArray(value)) return undefined;
  const changes = value.map((_, index) => modernEntry(member(python, index), files));
  if (changes.every((change) => change === undefined)) return undefined;
  return { value: value.map((entry, index) => changes[index]?.value ?? entry), moves: [] };
}

function modernEntry(entry: Part, files: Files): Change | undefined {
  if (!isObject(entry.value)) return undefined;
  const module = foreignModule({ ...(entry.value as JsonObject), type: 'python' }, files);
  const named = module?.startsWith('../') === false ? { module: { value: module, moves: [] } } : {};
  return changeKeys(entry, { ...named, mode: modeOf(entry), timeout: timeoutOf(member(entry, 'timeout')) });
}

function modeOf(entry: Part): Change | undefined {
  const part = member(entry, 'mode');
  if (part.value === undefined) return undefined;
  const mode = wordOf(part, MODES);
  if (mode === 'unsafe') {
    const message = '"mode: unsafe" asks for files, network and packages, and a python step here has none of them';
    const fix = 'Delete "mode" if the function only computes; else leave files to ops, and programs to sandboxed_exec.';
    refuse(part, 'foreign/unsafe-python', message, fix);
  }
  if (mode === 'safe') warn(part, 'foreign/python', '"mode: safe" is how every python step runs here', 'Delete it.');
  return GONE;
}

/** A shorter time only takes away. */
function timeoutOf(part: Part): Change | undefined {
  const { most } = PYTHON_SECONDS;
  if (typeof part.value !== 'number' || part.value <= most) return undefined;
  warn(part, 'foreign/python', `a step may take ${most} s here, not ${part.value}`, `Write ${most} or less.`);
  return { value: most, moves: [] };
}
