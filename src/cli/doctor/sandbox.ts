import { openSandbox, probeSandbox } from '../../sandbox.ts';
import type { Diagnosis } from './diagnosis.ts';

const name = 'sandbox';

/**
 * Whether programs can be run in isolation on this machine: what must fail is tried.
 *
 * @param root root of the project, absolute
 */
export async function checkSandbox(root: string): Promise<readonly Diagnosis[]> {
  const sandbox = openSandbox({ setting: 'auto', root });
  if (sandbox.backend === undefined) {
    return [{ name, state: 'warn', says: `${sandbox.reason} Skills cannot run programs.`, next: sandbox.hint }];
  }
  const probes = await probeSandbox(sandbox);
  const failed = probes.filter(({ ok }) => !ok);
  if (failed.length === 0) {
    return [{ name, state: 'ok', says: `${sandbox.backend}: ${probes.length} attempts ended as they must` }];
  }
  return failed.map(({ name: attempt, expected, got }) => ({
    name,
    state: 'fail',
    says: `${sandbox.backend}: ${attempt}: ${expected}, but ${got}`,
    next: NEXT[sandbox.backend],
  }));
}

const NEXT = {
  bubblewrap:
    'Do not let skills run programs here. Bubblewrap needs user namespaces: see `sysctl user.max_user_namespaces`, ' +
    '`kernel.apparmor_restrict_unprivileged_userns`, and the settings of the container this runs in.',
  seatbelt: 'Do not let skills run programs here.',
  none: 'Do not let skills run programs here.',
} as const;
