import { didYouMean } from '../../os/suggest.ts';

/** One line of a Markdown text; `code` = it is in a fenced block, or opens or closes one. */
export type Line = { readonly text: string; readonly no: number; readonly code: boolean };

export type Fence = { readonly info: string; readonly text: string; readonly line: number; readonly next: number };

/** Lines of a body that begins on line `firstLine` of its file. */
export function linesOf(
  body: string,
  firstLine: number,
): { readonly lines: readonly Line[]; readonly unclosed?: number } {
  let open: { readonly mark: string; readonly no: number } | undefined;
  const lines = body.split('\n').map((raw, i): Line => {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const no = firstLine + i;
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (open === undefined) {
      if (mark === undefined) return { text, no, code: false };
      open = { mark, no };
    } else if (mark?.startsWith(open.mark) && text.trim() === mark) open = undefined;
    return { text, no, code: true };
  });
  return open === undefined ? { lines } : { lines, unclosed: open.no };
}

/** The fenced block that line `at` opens, less the indentation of its fence; `undefined` when it opens none. */
export function fenceAt(lines: readonly Line[], at: number): Fence | undefined {
  const opening = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[at]?.text ?? '');
  if (opening === null || lines[at]?.code !== true) return undefined;
  const [, indent = '', mark = '', info = ''] = opening;
  let end = at + 1;
  while (end < lines.length && !isClosing(lines[end]?.text ?? '', mark)) end++;
  const inside = lines
    .slice(at + 1, end)
    .map(({ text }) => (text.startsWith(indent) ? text.slice(indent.length) : text.trimStart()));
  return { info: info.trim().toLowerCase(), text: inside.join('\n'), line: (lines[at]?.no ?? 0) + 1, next: end + 1 };
}

function isClosing(text: string, mark: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith(mark) && [...trimmed].every((c) => c === mark[0]);
}

/** Whether a fenced block holds data. */
export const isData = ({ info }: Fence): boolean => ['json', 'yaml', 'yml'].includes(info);

/** What a heading that stands in a wrong place may have been meant to be. */
export function headingFix(text: string): string {
  const word = text.replace(/^#+\s*/, '').split(':')[0] ?? '';
  return `Headings are \`## case: <name>\`, \`### final\` and \`### phase: <name>\`${didYouMean(word, ['case', 'final', 'phase'])}; text that has headings stands in a fenced block.`;
}
