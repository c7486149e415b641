import { reasonOf } from './conclude.ts';
import { feasibility } from './feasibility.ts';
import { alphaByLook } from './ledger.ts';
import type { Breach } from './prechecks.ts';
import { type DevScores, isApart } from './quarantine.ts';
import { verdictOf } from './rule.ts';
import type { RuleSettings, RuleState } from './rule-state.ts';
import type { Verdict } from './verdict.ts';

/** What stands in the way before anything is run. */
export type Before = {
  readonly breaches: readonly Breach[];
  /** Whether the candidate descends from one that was quarantined. */
  readonly descends: boolean;
};

/** The verdict that is reached without a run; `undefined` = the runs decide. */
export function verdictBefore(settings: RuleSettings, { breaches, descends }: Before): Verdict | undefined {
  const clusters = new Set(settings.cases.map(({ cluster }) => cluster)).size;
  const without = (verdict: Verdict['verdict'], code: Verdict['code'], reason: string): Verdict => {
    // that a text holds something of sealed cases says something of them: asking is not free, or it could be asked for ever
    const asked = breaches.some((breach) => breach.code === 'leak');
    const spent = asked ? settings.alpha : 0;
    const alpha = { spent, attempt: settings.attempt, looks: alphaByLook(settings.alpha) };
    return { verdict, code, reason, alpha, runs: 0, looks: 0 };
  };
  if (breaches.length > 0) return without('FAIL', 'hard', breaches.map(({ reason }) => reason).join(' '));
  if (descends) return without('INDETERMINATE', 'quarantined', 'It descends from a candidate that was quarantined.');
  const so = feasibility(clusters, settings.attempt);
  return so.feasible ? undefined : without('INDETERMINATE', 'infeasible', so.why ?? reasonOf('infeasible'));
}

/** The verdict of the runs, held where search and sealed cases do not see the same; `undefined` while runs are wanted. */
export function verdictAfter(state: RuleState, dev: DevScores | undefined): Verdict | undefined {
  const found = verdictOf(state);
  if (found === undefined || found.code === 'infra' || !isApart(state, dev)) return found;
  const verdict = found.verdict === 'FAIL' ? 'FAIL' : 'INDETERMINATE';
  return { ...found, verdict, code: 'quarantined', reason: reasonOf('quarantined') };
}
