import { comment } from './comment.ts';
import { junit } from './junit.ts';
import { candidateDiff, type NightReport, printNight } from './report.ts';

/** A receipt of a verdict, by the skill it is about. */
export type Receipts = ReadonlyMap<string, string>;

/**
 * The files of a report directory, by name. All but the receipts are functions of `report.json`; those are the very
 * texts that were stored, so that they verify.
 */
export function reportFiles(report: NightReport, receipts: Receipts): ReadonlyMap<string, string> {
  const alone = report.skills.length === 1;
  return new Map([
    ['report.json', printNight(report)],
    ['report.md', comment(report)],
    ['junit.xml', junit(report)],
    ['candidate.diff', candidateDiff(report)],
    ...[...receipts].map(([skill, text]) => [alone ? 'receipt.json' : `receipt-${skill}.json`, text] as const),
  ]);
}

/** Whether a file of a report directory is of an earlier night and would be mistaken for one of this. */
export function isReceiptFile(name: string): boolean {
  return /^receipt(-[\w-]+)?\.json$/.test(name);
}
