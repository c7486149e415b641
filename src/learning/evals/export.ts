import { csvRow } from '../../os/audit/csv.ts';
import type { CaseReport, EvalReport } from './report.ts';
import { missesOf } from './reporters/figures.ts';
import type { EvalRow } from './row.ts';

const COLUMNS = [
  ...['evaluation', 'date', 'skill', 'version', 'skill_version_hash', 'model'],
  ...['case', 'tags', 'must_pass', 'weight', 'seed', 'status', 'score', 'pass', 'checks_met', 'checks', 'missed'],
  ...['error', 'run', 'input_tokens', 'output_tokens', 'usd', 'ms', 'turns'],
];

/** The rows of a report as CSV by RFC 4180, one run of a case a row, no cell that a spreadsheet would calculate. */
export function* rowsAsCsv(report: EvalReport): Iterable<string> {
  yield csvRow(COLUMNS);
  for (const each of report.cases) for (const row of each.rows) yield csvRow(cellsOf(report, each, row));
}

function cellsOf(report: EvalReport, each: CaseReport, row: EvalRow): string[] {
  const { usage, checks } = row;
  const missed = missesOf([row]).map(({ what }) => what);
  return [
    ...[report.id, report.date, report.skill, String(report.version ?? ''), row.skill_version_hash, row.model],
    ...[row.case, each.tags.join(' '), String(each.mustPass), String(each.weight), String(row.seed), row.status],
    ...[String(row.score), String(row.pass), String(checks.filter(({ score }) => score >= 1).length)],
    ...[String(checks.length), missed.join('\n'), row.error ?? '', row.run ?? ''],
    ...[usage.input, usage.output, usage.usd, usage.ms, usage.turns].map(String),
  ];
}

/** The rows of a report as JSON lines, one run of a case a line, each with what the report and its case say of it. */
export function* rowsAsJsonLines(report: EvalReport): Iterable<string> {
  const { id, date, skill, version } = report;
  const about = { evaluation: id, date, skill, ...(version === undefined ? {} : { version }) };
  for (const { tags, mustPass, weight, rows } of report.cases) {
    for (const row of rows) yield `${JSON.stringify({ ...about, tags, must_pass: mustPass, weight, ...row })}\n`;
  }
}

export const EXPORTS = { csv: rowsAsCsv, jsonl: rowsAsJsonLines } as const;
export type ExportName = keyof typeof EXPORTS;
