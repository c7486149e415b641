import type { EvalReport } from '../report.ts';

/** The report itself, as one JSON document. */
export function jsonReport(report: EvalReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
