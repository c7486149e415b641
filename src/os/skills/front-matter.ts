/**
 * Front matter is data: only a first line that is exactly `---` opens it, the next line that is exactly `---` closes
 * it, and nothing in between is run. Other openings (`---js`, `--- `, `+++`) are not front matter.
 */
export type FrontMatter =
  | {
      readonly ok: true;
      readonly yaml: string;
      /** Line the YAML begins on, from 1. */
      readonly yamlLine: number;
      /** Everything behind the closing line. */
      readonly body: string;
      /** Line the body begins on, from 1. */
      readonly bodyLine: number;
    }
  | { readonly ok: false; readonly line: number; readonly message: string; readonly fix: string };

const OPENING = /^---\r?\n/;

/** Splits a Markdown text into front matter and body. Reads CRLF and a byte order mark. */
export function splitFrontMatter(raw: string): FrontMatter {
  const text = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw;
  const opening = OPENING.exec(text);
  if (opening === null) {
    const message = 'the first line is not exactly "---"';
    return {
      ok: false,
      line: 1,
      message,
      fix: 'Begin the file with a line "---" and close the front matter likewise.',
    };
  }
  const start = opening[0].length;
  const closing = closingLine(text, start);
  if (closing === undefined) {
    const message = 'the front matter is never closed';
    return { ok: false, line: 1, message, fix: 'Close it with a line that is exactly "---".' };
  }
  const yaml = text.slice(start, closing.start);
  return { ok: true, yaml, yamlLine: 2, body: text.slice(closing.end), bodyLine: 3 + newlines(yaml) };
}

function closingLine(text: string, from: number): { start: number; end: number } | undefined {
  for (let at = from - 1; at !== -1; at = text.indexOf('\n---', at + 1)) {
    const start = at + 1;
    if (!text.startsWith('---', start)) continue;
    const rest = text.slice(start + 3, start + 5);
    if (rest === '') return { start, end: text.length };
    if (rest.startsWith('\n')) return { start, end: start + 4 };
    if (rest === '\r\n' || (rest === '\r' && start + 4 === text.length)) {
      return { start, end: Math.min(start + 5, text.length) };
    }
  }
  return undefined;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
