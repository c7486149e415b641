import { visibleLine } from '../../../os/visible.ts';
import type { CaseReport, EvalReport } from '../report.ts';
import {
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

/** More rows make a comment that nobody reads, and GitHub takes 65,536 characters. */
const MOST_ROWS = 50;
const WIDTH = 200;

/** A report as a comment on GitHub: figures, then the cases that did not pass, worst first. */
export function markdownReport(report: EvalReport): string {
  const { cases, usage } = report;
  const counts = countStates(cases);
  const rates = passRates(cases);
  const wrong = cases.filter((each) => stateOf(each) !== 'passed').sort((a, b) => a.score - b.score);
  const more = wrong.length - MOST_ROWS;
  return [
    `### ${isGood(report) ? 'Good enough' : 'Not good enough'}: ${code(showVersion(report))}`,
    '',
    `Score **${showScore(report.score)}**, needs ${showScore(report.threshold)}. Model ${code(report.model)}, evaluation ${code(report.id)}.${report.sealed === undefined || report.sealed === 0 ? '' : ` ${report.sealed} cases are kept for verifications.`}`,
    '',
    '| cases | passed | flaky | failed | broke off | single runs passed | tokens | cost | time |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    `| ${cases.length} × ${report.repeats} | ${counts.passed} | ${counts.flaky} | ${counts.failed} | ${counts.error} | ${percent(rates.one)} | ${usage.input + usage.output} | ${showDollars(usage.usd)} | ${showSeconds(report.ms)} |`,
    '',
    ...(wrong.length === 0 ? [] : ['| case | score | passed | what went wrong |', '|---|--:|--:|---|']),
    ...wrong.slice(0, MOST_ROWS).map(row),
    ...(more > 0 ? ['', `${more} more are not shown.`] : []),
    ...(wrong.length === 0 ? [] : ['']),
  ].join('\n');
}

function row({ id, score, passed, rows }: CaseReport): string {
  const misses = missesOf(rows).map(({ what, required }) => (required ? '' : 'wished for: ') + code(what));
  return `| ${code(id)} | ${showScore(score)} | ${passed}/${rows.length} | ${misses.slice(0, 3).join('; ')} |`;
}

/**
 * Text of others as a code span: GitHub makes no mention, link, reference or HTML of what stands in one, while it does
 * of text with backslashes or entities, which it looks at after they are gone. A bar would end the cell of a table, and
 * no way to write one is safe after every backslash, so it becomes a broken bar.
 */
export function code(text: string): string {
  const line = visibleLine(text).replaceAll('|', '¦').trim();
  if (line === '') return '(empty)';
  const cut = line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
  const longest = Math.max(0, ...[...cut.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = cut.startsWith('`') || cut.endsWith('`') ? ' ' : '';
  return `${fence}${space}${cut}${space}${fence}`;
}
