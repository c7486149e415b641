import type { Evaluation } from './evaluation.ts';
import type { Asking, Improvement } from './os/kernel/ports.ts';
import { OpError } from './os/op-error.ts';
import type { Performed, VerifyRequest } from './os/ops/improvement.ts';
import type { Proposing } from './proposing.ts';
import type { Searching } from './searching.ts';
import type { Versioning } from './versioning.ts';

/** The rooms above the kernel; what most runs do without is opened when it is asked for. */
export type ImprovementParts = {
  readonly versioning: Versioning;
  readonly proposing: Proposing;
  readonly evaluation: () => Promise<Pick<Evaluation, 'evaluate'>>;
  readonly searching: () => Promise<Searching>;
  /** Absent = nothing can be verified. */
  readonly verify?: (asking: Asking, request: VerifyRequest) => Promise<Performed>;
};

/** What ops of runs may do about evaluations, searches, versions and proposals: the rooms above the kernel, as one port. */
export function openImprovement(parts: ImprovementParts): Improvement {
  const { versioning, proposing, evaluation, searching, verify } = parts;
  return {
    handles: (asking) => ({
      evals: {
        evaluate: async (request) =>
          'search' in request
            ? (await searching()).evaluate(asking, request)
            : (await evaluation()).evaluate(asking, request),
        verify: async (request) => {
          if (verify === undefined) throw new OpError('not_configured', 'Nothing can be verified here.');
          return verify(asking, request);
        },
      },
      searches: {
        plan: async (request) => (await searching()).plan(asking, request),
        remains: async (images) => (await searching()).remains(images),
      },
      versions: versioning.handle(asking),
      proposals: proposing.handle(asking),
    }),
    standing: versioning.standing,
  };
}
