import { isObject } from '../../json.ts';
import { checkKeys, itemsOf, member, membersOf, numberOf, type Part, refuse, textOf, warn, wordOf } from '../part.ts';

const ENTRY_KEYS = ['module', 'function', 'mode', 'timeout'];
const MODES = ['safe', 'unsafe'] as const;

/** A step that only a Python could do: what to do about it depends on the function, so it is said for each. */
export function refusePythonStep(step: Part): void {
  const name = member(step, 'function').value;
  const what = typeof name === 'string' ? `"${name}"` : 'the function';
  const fix = `Write ${what} as a pure function in steps/ and use a step of type js, or wait for the sandbox.`;
  refuse(member(step, 'type'), 'format/not-yet', 'a step of type "python" runs in a later version', fix);
}

/** Checks the shape of `permissions.python`; the entries are kept for the version that runs such steps. */
export function checkPythonPermissions(python: Part): void {
  if (python.value === undefined) return;
  const entries = itemsOf(python, 'entries') ?? [];
  for (const entry of entries) {
    if (membersOf(entry, 'a mapping of module, function, mode and timeout') === undefined) continue;
    checkKeys(entry, ENTRY_KEYS, 'an entry of permissions.python');
    textOf(member(entry, 'module'));
    textOf(member(entry, 'function'));
    wordOf(member(entry, 'mode'), MODES);
    numberOf(member(entry, 'timeout'), 0, false);
  }
  if (entries.some(({ value }) => isObject(value))) {
    const fix = 'Delete the entries once the functions are js steps in steps/; those need no permission.';
    warn(python, 'foreign/python', 'no step of this version runs Python, so this permits nothing', fix);
  }
}
