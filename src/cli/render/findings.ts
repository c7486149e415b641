import { join } from 'node:path';
import type { Finding } from '../../os/skills/finding.ts';
import { clean, type Paint } from '../output.ts';

/** `file:line:column severity rule`, what is wrong, what to do. */
export function showFindings(
  findings: readonly Finding[],
  folderOf: (finding: Finding) => string,
  { bold, dim, red, yellow }: Paint,
): string {
  return findings
    .map((finding) => {
      const { file, line, column, severity, rule, message, fix } = finding;
      const place = bold(`${join(folderOf(finding), file)}:${line}:${column}`);
      const level = severity === 'error' ? red(severity) : yellow(severity);
      return `${place} ${level} ${dim(rule)}\n  ${clean(message)}\n  ${dim('fix:')} ${clean(fix)}\n`;
    })
    .join('');
}
