/**
 * Characters that change how the text around them looks, or what a terminal does, without showing: control characters
 * other than tab and newline, bidirectional overrides and isolates, line and paragraph separators, tag characters.
 */
const UNSEEN = /[^\P{Cc}\t\n]|[\u202A-\u202E\u2066-\u2069\u2028\u2029\u{E0000}-\u{E007F}]|\p{Cs}/gu;

/** `text` with every character that could deceive its reader written as an escape, `\u202e`. For people's eyes. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The same for what must stay on one line: tabs and line breaks are escapes too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}
