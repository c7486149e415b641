import vm from 'node:vm';
import { isObject } from './json.ts';

/** What `within` gives back for work that was cut off. */
export const LATE: unique symbol = Symbol('late');

/**
 * Does synchronous work, for at most `ms` milliseconds: then it is cut off wherever it stands, so that input made to take
 * for ever holds nobody up. What it was changing is left half changed: give it nothing that others use, and load what it
 * needs before, since a module that was cut off while loading stays broken.
 * @throws what the work throws.
 */
export function within<T>(ms: number, work: () => T): T | typeof LATE {
  let done: { value: T } | undefined;
  const run = () => {
    done = { value: work() };
  };
  try {
    vm.runInNewContext('run()', { run }, { timeout: ms });
  } catch (error) {
    // an error of the context that ran it, whose Error is not ours
    if (isObject(error) && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return LATE;
    throw error;
  }
  return done === undefined ? LATE : done.value;
}
