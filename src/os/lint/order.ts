import type { Finding } from '../skills/finding.ts';

/** In the order of skill, file (skill.md first), line, column, rule, message; each finding once. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted(compareFindings);
  return sorted.filter((finding, nth) => {
    const before = sorted[nth - 1];
    return before === undefined || compareFindings(before, finding) !== 0;
  });
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.skill, b.skill) ||
    compare(rank(a.file), rank(b.file)) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.rule, b.rule) ||
    compare(a.message, b.message)
  );
}

/** Where a file stands among the others: what is read first comes first. */
function rank(file: string): string {
  return file === 'skill.md' ? '' : file;
}

/** By code units, the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
