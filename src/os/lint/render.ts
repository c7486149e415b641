import type { Finding } from '../skills/finding.ts';
import { sortFindings } from './order.ts';

export type FindingFormat = 'text' | 'json';

export type RenderOptions = {
  readonly color: boolean;
  /** Path shown for the file of a finding; absent = `<skill>/<file>`. */
  readonly pathOf?: (finding: Finding) => string;
};

/**
 * Findings for a terminal or a program.
 *
 * `text`: findings of one file together, `path:line:column  severity  rule  message`, the fix on a line of its own, and
 * a last line with the counts; never empty. `json`: one document
 * `{version: 1, errors, warnings, findings: [{rule, severity, skill, file, line, column, message, fix}]}`, keys in this
 * order, with a newline at the end.
 */
export function renderFindings(findings: readonly Finding[], format: FindingFormat, options: RenderOptions): string {
  const sorted = sortFindings(findings);
  return format === 'json' ? renderJson(sorted) : renderText(sorted, options);
}

/** The worse of the severities, or `undefined` when there are no findings. */
export function worstSeverity(findings: readonly Finding[]): Finding['severity'] | undefined {
  if (findings.some(({ severity }) => severity === 'error')) return 'error';
  return findings.length > 0 ? 'warning' : undefined;
}

function renderJson(findings: readonly Finding[]): string {
  const { errors, warnings } = counts(findings);
  const rows = findings.map(({ rule, severity, skill, file, line, column, message, fix }) => ({
    rule,
    severity,
    skill,
    file,
    line,
    column,
    message,
    fix,
  }));
  return `${JSON.stringify({ version: 1, errors, warnings, findings: rows }, null, 2)}\n`;
}

function renderText(findings: readonly Finding[], { color, pathOf }: RenderOptions): string {
  const paint = color ? COLORS : PLAIN;
  const path = pathOf ?? (({ skill, file }: Finding) => `${skill}/${file}`);
  const blocks = [...Map.groupBy(findings, path)].map(([file, own]) => block(visible(file), own, paint));
  return [...blocks, summary(findings, blocks.length, paint)].join('\n');
}

function block(file: string, findings: readonly Finding[], paint: Paint): string {
  const wide = Math.max(...findings.map(({ line, column }) => `${line}:${column}`.length));
  const lines = findings.flatMap(({ line, column, severity, rule, message, fix }) => {
    const place = `${file}:${`${line}:${column}`.padEnd(wide)}`;
    const grade = paint[severity](severity.padEnd('warning'.length));
    return [`${place}  ${grade}  ${paint.dim(rule)}  ${visible(message)}`, `    ${paint.dim('fix:')} ${visible(fix)}`];
  });
  return `${lines.join('\n')}\n`;
}

function summary(findings: readonly Finding[], files: number, paint: Paint): string {
  if (findings.length === 0) return 'No findings.\n';
  const { errors, warnings } = counts(findings);
  const text = `${count(errors, 'error')}, ${count(warnings, 'warning')} in ${count(files, 'file')}`;
  return `${errors > 0 ? paint.error(text) : paint.warning(text)}\n`;
}

function counts(findings: readonly Finding[]): { errors: number; warnings: number } {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

type Paint = Readonly<Record<Finding['severity'] | 'dim', (text: string) => string>>;

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const PLAIN: Paint = { error: (text) => text, warning: (text) => text, dim: (text) => text };
const COLORS: Paint = { error: sgr(31), warning: sgr(33), dim: sgr(2) };

/** A finding quotes what files say; nothing of it may move the cursor of a terminal or break the line. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
