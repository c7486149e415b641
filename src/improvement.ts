import type { Evaluation } from './evaluation.ts';
import type { Improvement } from './os/kernel/ports.ts';
import { OpError } from './os/op-error.ts';
import type { Versioning } from './versioning.ts';

export type ImprovementParts = { readonly versioning: Versioning; readonly evaluate: Evaluation['evaluate'] };

/** What ops of runs may do about evaluations, searches, versions and proposals: the rooms above the kernel, as one port. */
export function openImprovement({ versioning, evaluate }: ImprovementParts): Improvement {
  const absent = () => Promise.reject(new OpError('not_configured', 'This is not there yet.'));
  return {
    handles: (asking) => ({
      evals: {
        evaluate: async (request) => ('search' in request ? absent() : evaluate(asking, request)),
        verify: absent,
      },
      searches: { plan: absent, remains: absent },
      versions: versioning.handle(asking),
      proposals: { plan: absent, remains: absent },
    }),
    standing: versioning.standing,
  };
}
