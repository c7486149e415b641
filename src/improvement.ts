import type { Improvement } from './os/kernel/ports.ts';
import { OpError } from './os/op-error.ts';

/** What ops of runs may do about evaluations, searches, versions and proposals: the rooms above the kernel, as one port. */
export function openImprovement(): Improvement {
  const absent = () => Promise.reject(new OpError('not_configured', 'This is not there yet.'));
  return {
    handles: () => ({
      evals: { evaluate: absent, verify: absent },
      searches: { plan: absent, remains: absent },
      versions: { planSave: absent, planApply: absent, remains: absent },
      proposals: { plan: absent, remains: absent },
    }),
    standing: () => Promise.resolve({ proof: 'none', widens: true }),
  };
}
