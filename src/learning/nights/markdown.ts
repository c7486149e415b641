/**
 * Text that a model, a file or a person wrote, safe in a comment on GitHub: it mentions nobody, links nowhere, is no HTML
 * and does not get out of its place.
 *
 *  E1 In code nothing is interpreted but its end, so it is fenced by more backticks than it holds in a row.
 *  E2 Outside of code, mentions, references and addresses are found in the text as it is shown, whatever its escapes; so
 *     a character of no width stands where one would begin.
 */

const NO_WIDTH = '\u200B';

/** Without control characters, marks of direction and characters of no width, which would hide what stands there. */
function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .toWellFormed();
}

const flat = (text: string) => visible(text).replace(/\s+/g, ' ').trim();

/** A sentence, as text on one line. */
export function sentence(text: string): string {
  return flat(text)
    .replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char)
    .replace(/[\\`*_{}[\]()#+!|~$^=-]/g, '\\$&')
    .replace(/@/g, `@${NO_WIDTH}`)
    .replace(/#/g, `#${NO_WIDTH}`)
    .replace(/:\/\//g, `:${NO_WIDTH}//`)
    .replace(/(www)\./gi, `$1${NO_WIDTH}.`)
    .replace(/gh\\-(?=\d)/gi, (match) => `${match}${NO_WIDTH}`)
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/\b[0-9a-f]{7,64}\b/gi, (hash) => `${hash.slice(0, 6)}${NO_WIDTH}${hash.slice(6)}`);
}

/**
 * A name or a value, as code on one line; also in a cell of a table, which a bar would end. No way to write one is safe
 * after every backslash, so it becomes a broken bar.
 */
export function code(text: string): string {
  const inside = flat(text).replaceAll('|', '¦');
  if (inside === '') return '(nothing)';
  const fence = '`'.repeat(longestRun(inside) + 1);
  return `${fence} ${inside} ${fence}`;
}

/** Several lines, as a block of code. */
export function block(text: string, language = ''): string {
  const inside = visible(text).replace(/\n+$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(inside) + 1));
  return `${fence}${language}\n${inside}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
