import { visibleLine } from '../../../os/visible.ts';
import type { CaseReport, EvalReport } from '../report.ts';
import {
  type CaseState,
  countStates,
  isGood,
  missesOf,
  passRates,
  percent,
  showDollars,
  showScore,
  showSeconds,
  showVersion,
  stateOf,
} from './figures.ts';

const MARKS: Readonly<Record<CaseState, string>> = { passed: '✓', flaky: '~', failed: '✗', error: '!' };
/** Longer reasons are cut; `--reporter json` has them whole. */
const WIDTH = 160;

/** A report for a terminal: one line a case, below it what was missed. No colours; characters that deceive are escaped. */
export function textReport(report: EvalReport): string {
  const { cases, score, threshold, usage } = report;
  const counts = countStates(cases);
  const rates = passRates(cases);
  const good = isGood(report) ? 'good enough' : 'not good enough';
  const cached = report.cached === 0 ? '' : ` · ${report.cached} of the runs were known already`;
  return [
    `${visibleLine(showVersion(report))} · model ${visibleLine(report.model)} · evaluation ${report.id}`,
    '',
    ...cases.flatMap(caseLines),
    ...(cases.length === 0 ? ['  no case was run'] : []),
    '',
    `score ${showScore(score)}, needs ${showScore(threshold)}: ${good}`,
    `${counts.passed} of ${cases.length} cases passed at all of ${report.repeats} repeats · ${counts.flaky} flaky · ${counts.failed} failed · ${counts.error} broke off`,
    `single runs that passed ${percent(rates.one)} · ${usage.input + usage.output} tokens · ${showDollars(usage.usd)} · ${showSeconds(report.ms)}${cached}`,
    ...besides(report),
    '',
  ].join('\n');
}

function besides({ sealed = 0, infra = 0 }: EvalReport): string[] {
  return [
    ...(sealed === 0 ? [] : [`${sealed} cases are kept for verifications and were not run`]),
    ...(infra === 0 ? [] : [`${infra} runs failed for nobody's fault`]),
  ];
}

function caseLines(each: CaseReport): string[] {
  const { id, score, passed, rows, mustPass } = each;
  const must = mustPass && stateOf(each) !== 'passed' ? '  must pass' : '';
  const misses = missesOf(rows).map(({ what, required, times }) => {
    const often = rows.length > 1 ? ` (${times} of ${rows.length})` : '';
    return `      ${required ? '' : 'wished for: '}${cut(visibleLine(what))}${often}`;
  });
  return [
    `  ${MARKS[stateOf(each)]} ${showScore(score)}  ${passed}/${rows.length}  ${visibleLine(id)}${must}`,
    ...misses,
  ];
}

function cut(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}
