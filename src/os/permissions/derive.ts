import { type Decision, type DecisionContext, decide, STAGES } from './decide.ts';
import type { Need } from './need.ts';
import { targetOf } from './target.ts';

/** One step on the way to a decision. */
export type DerivationStep = {
  /** What was looked at: `path`, `declared`, `bounds`, `protections`, `deny rules`, `zones`, `allow rules`, `grants`, `answers`. */
  readonly stage: string;
  /** `passed`: it had nothing to say; `decided`: its word counts; `not reached`: one before had decided. */
  readonly came: 'passed' | 'decided' | 'not reached';
};

export type Derivation = { readonly decision: Decision; readonly steps: readonly DerivationStep[] };

/** A decision and the way to it, for a person. The decision is that of {@link decide}. */
export function derive(need: Need, context: DecisionContext): Derivation {
  const decision = decide(need, context);
  const target = targetOf(need);
  const names = ['path', ...STAGES.map(({ name }) => name)];
  const at = 'refused' in target ? 0 : 1 + STAGES.findIndex(({ stage }) => stage(target, context) !== undefined);
  const end = at === 0 && !('refused' in target) ? names.length : at;
  return {
    decision,
    steps: names.map((stage, index) => ({
      stage,
      came: index < end ? 'passed' : index === end ? 'decided' : 'not reached',
    })),
  };
}
