import { EXIT, type ExitCode, worstExit } from '../../os/errors.ts';
import type { NightOutcome, NightReport, SkillNight } from './report.ts';

/** Exit code of a night, a function of its report alone. A PASS is 0, whether it was applied or waits for a person. */
export function exitOf(report: NightReport): ExitCode {
  const codes = [report.self_test.ok ? EXIT.done : EXIT.integrity, ...report.skills.flatMap(codesOf)];
  const worst = worstExit(codes);
  if (worst === EXIT.integrity) return worst;
  const stopped = report.interrupted || report.skills.some(({ outcome }) => outcome === 'interrupted');
  return stopped ? EXIT.interrupted : worst;
}

const BY_OUTCOME: Readonly<Record<NightOutcome, ExitCode>> = {
  improved: EXIT.done,
  proposed: EXIT.done,
  good_enough: EXIT.done,
  held: EXIT.undecided,
  waiting: EXIT.undecided,
  rejected: EXIT.no,
  nothing: EXIT.no,
  failed: EXIT.no,
  interrupted: EXIT.interrupted,
};

/** What a run says by its own exit code that its outcome does not say already. */
const TOLD_BY_OUTCOME: readonly number[] = [EXIT.done, EXIT.no, EXIT.undecided, EXIT.interrupted];

function codesOf({ outcome, exit, verdict }: SkillNight): readonly ExitCode[] {
  const own = Object.values(EXIT).find((code) => code === exit) ?? EXIT.internal;
  const besides = TOLD_BY_OUTCOME.includes(own) ? [] : [own];
  if (outcome === 'failed' && besides.length > 0) return besides;
  return [verdict?.code === 'infra' ? EXIT.infrastructure : BY_OUTCOME[outcome], ...besides];
}
