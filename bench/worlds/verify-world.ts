import type { RuleCase } from '../../src/learning/verdicts/pairs.ts';
import { nextRuns, type RuleSettings, start, tell, verdictOf } from '../../src/learning/verdicts/rule.ts';
import type { ArmRun, Verdict } from '../../src/learning/verdicts/verdict.ts';
import { stream } from '../../src/os/models/world/stream.ts';

/** Drives the rule of verdicts through a simulated world: what a run comes to is a draw from a known probability. */
export function verifyWorld(
  settings: RuleSettings,
  label: string,
  pass: (name: string, arm: ArmRun['arm']) => number,
): Verdict {
  const { next } = stream(label);
  let state = start(settings);
  for (let wanted = nextRuns(state); wanted.length > 0; wanted = nextRuns(state)) {
    const runs = wanted.map((run): ArmRun => {
      const score = next() < pass(run.case, run.arm) ? 1 : 0;
      return { ...run, score, infra: false, tokens: 1, usd: 0, ms: 1 };
    });
    state = tell(state, runs);
  }
  return verdictOf(state) as Verdict;
}

/** Every case a cluster of its own. */
export function loneCases(ids: readonly string[], mustPass: (id: string) => boolean = () => false): RuleCase[] {
  return ids.map((id) => ({ case: id, cluster: id, mustPass: mustPass(id), weight: 1 }));
}
