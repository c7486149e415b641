import { checkKeys, itemsOf, member, membersOf, numberOf, type Part, refuse, textOf } from './part.ts';
import { PYTHON_SECONDS, pythonModule } from './python-module.ts';
import type { PythonPermission } from './skill.ts';

const KEYS = ['module', 'function', 'timeout'];

/** Reads `permissions.python`: functions that `python` steps may call, and how long each may take. */
export function readPythonPermissions(part: Part): readonly PythonPermission[] {
  return (itemsOf(part, 'entries') ?? []).flatMap((entry) => readEntry(entry) ?? []);
}

function readEntry(entry: Part): PythonPermission | undefined {
  if (membersOf(entry, 'a mapping of module and function') === undefined) return undefined;
  checkKeys(entry, KEYS, 'an entry of permissions.python');
  const module = nameOf(entry, 'module');
  const name = nameOf(entry, 'function');
  const timeout = secondsOf(member(entry, 'timeout'));
  if (module === undefined || name === undefined) return undefined;
  return { module: pythonModule(module), function: name, ...(timeout === undefined ? {} : { timeout }) };
}

function nameOf(entry: Part, key: string): string | undefined {
  const part = member(entry, key);
  if (part.value !== undefined) return textOf(part);
  return refuse(entry, 'format/missing-key', `the entry names no ${key}`, `Add "${key}".`);
}

function secondsOf(part: Part): number | undefined {
  const seconds = numberOf(part, 0.1, false);
  if (seconds === undefined || seconds <= PYTHON_SECONDS.most) return seconds;
  const fix = `Write at most ${PYTHON_SECONDS.most}, or leave it out for ${PYTHON_SECONDS.usual}.`;
  return refuse(part, 'format/wrong-kind', `${seconds} s are too long for a step`, fix);
}
