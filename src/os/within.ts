import vm from 'node:vm';
import { isObject } from './json.ts';

/** What `within` gives back for work that was cut off. */
export const LATE: unique symbol = Symbol('late');

/** Times the wall clock may run over, when the machine gives this process little of its time. */
const PATIENCE = [1, 4, 16];

/**
 * Does synchronous work, for at most about `ms` milliseconds of processor time: then it is cut off wherever it stands, so
 * that input made to take for ever holds nobody up. It is begun anew when it was cut off without having had that time.
 * What it was changing is left half changed: give it nothing that others use, and load what it needs before, since a
 * module that was cut off while loading stays broken.
 * @throws what the work throws.
 */
export function within<T>(ms: number, work: () => T): T | typeof LATE {
  for (const times of PATIENCE) {
    const before = spentMs();
    const done = attempt(ms * times, work);
    if (done !== LATE || spentMs() - before >= ms / 2) return done;
  }
  return LATE;
}

function attempt<T>(wallMs: number, work: () => T): T | typeof LATE {
  let done: T | typeof LATE = LATE;
  const run = () => {
    done = work();
  };
  try {
    vm.runInNewContext('run()', { run }, { timeout: wallMs });
  } catch (error) {
    // an error of the context that ran it, whose Error is not ours
    if (isObject(error) && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return LATE;
    throw error;
  }
  return done;
}

/** Milliseconds of processor time this thread has had; of the whole process where Node does not tell threads apart. */
function spentMs(): number {
  const own: { threadCpuUsage?: () => NodeJS.CpuUsage } = process;
  const { user, system } = own.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000;
}
