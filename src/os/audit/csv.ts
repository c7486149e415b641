/**
 * What a spreadsheet takes for a formula at the beginning of a cell, or for what may lead to one: OWASP's list, with the
 * full-width forms that some programs fold to them.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** One row by RFC 4180. A cell that a spreadsheet would calculate gets an apostrophe before it, and so is text. */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
