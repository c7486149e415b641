import type { EvalReport } from '../report.ts';
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { textReport } from './text.ts';

/** Every way to write a report down, by its name. All are pure: the same report gives the same text. */
export const REPORTERS = {
  text: textReport,
  json: jsonReport,
  junit: junitReport,
  markdown: markdownReport,
  html: htmlReport,
} as const satisfies Record<string, (report: EvalReport) => string>;

export type ReporterName = keyof typeof REPORTERS;
