import { RULES } from './os/lint/rules.ts';
import type { Finding } from './os/skills/finding.ts';
import { FORMAT_RULES } from './os/skills/format-rules.ts';

/** One rule that findings name. */
export type LintRule = {
  readonly id: string;
  readonly severity: Finding['severity'];
  /** What it finds, as a noun phrase. */
  readonly finds: string;
  /** Why that is wrong; absent for what the loader refuses. */
  readonly why?: string;
  /** The usual way out, as an imperative sentence. */
  readonly fix?: string;
};

/** What is wrong with eval files: it is no part of the skill, and keeps it from nothing but being evaluated. */
export const EVAL_RULES: readonly Required<LintRule>[] = [
  {
    id: 'evals/form',
    severity: 'error',
    finds: 'eval.md or a file of evals/ that cannot be read as cases',
    why: 'Nothing is evaluated while a file of cases has a flaw: a case that is left out would count as one that is not there.',
    fix: 'Correct the line it names.',
  },
  {
    id: 'evals/phase',
    severity: 'error',
    finds: 'a check on a phase that the skill does not have',
    why: 'What is checked of such a phase is 0 whatever the skill does.',
    fix: 'Name a phase of the graph, or look at the result.',
  },
];

/** Every rule `reyn lint` knows: those of a loaded skill, then what the loader refuses, then those of eval files. */
export function lintRules(): readonly LintRule[] {
  const format = Object.entries(FORMAT_RULES).map(([id, finds]): LintRule => ({ id, severity: 'error', finds }));
  return [
    ...RULES.map(({ id, severity, finds, why, fix }) => ({ id, severity, finds, why, fix })),
    ...format,
    ...EVAL_RULES,
  ];
}
