/**
 * Prose as tokens, for rules that look at words.
 *
 *  T1 One pass from left to right; each character is looked at a bounded number of times, whatever the text.
 *  T2 A token knows its offset in the text, so that a finding can name line and column.
 *  T3 Fenced blocks and HTML comments are no sentences: they become blocks or nothing.
 */
export type Token = {
  /** `word` in lower case; `code` is what stands between backticks; `mark` is one character of punctuation. */
  readonly kind: 'word' | 'code' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Number of the sentence, from 0; list items and paragraphs begin a new one. */
  readonly sentence: number;
  /** Number of the line in the text, from 0. */
  readonly line: number;
  /** Whether nothing but white space stands before it on its line, list marks and emphasis aside. */
  readonly opens: boolean;
};

export type Line = {
  readonly start: number;
  readonly end: number;
  /** An item of a list, or a row of a table. */
  readonly item: boolean;
  readonly indented: boolean;
  readonly fenced: boolean;
};

export type Tokens = {
  readonly tokens: readonly Token[];
  readonly lines: readonly Line[];
  /** Fenced blocks, by the numbers of their first and last inner lines; a block may be empty. */
  readonly blocks: readonly { readonly first: number; readonly last: number }[];
};

/** Longest code span that is taken as one; a longer one is read as words. */
const MAX_CODE = 200;

export function tokenize(text: string): Tokens {
  const { lines, blocks } = splitLines(text);
  const tokens: Token[] = [];
  const lower = text.toLowerCase();
  // Lower case of a few letters is longer; then offsets would not be those of the text.
  const state = { sentence: 0, comment: false, lower: lower.length === text.length ? lower : text };
  for (const [nth, line] of lines.entries()) {
    if (line.fenced) {
      state.sentence++;
      continue;
    }
    readLine(text, line, nth, tokens, state);
  }
  return { tokens, lines, blocks };
}

function splitLines(text: string): Pick<Tokens, 'lines' | 'blocks'> {
  const lines: Line[] = [];
  const blocks: { first: number; last: number }[] = [];
  let fence: { mark: string; first: number } | undefined;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const body = firstInk(text, start, end);
    const mark = fenceAt(text, body, end);
    let fenced = fence !== undefined || mark !== undefined;
    if (fence === undefined && mark !== undefined) fence = { mark, first: lines.length + 1 };
    else if (fence !== undefined && mark?.startsWith(fence.mark) && firstInk(text, body + mark.length, end) === end) {
      blocks.push({ first: fence.first, last: lines.length - 1 });
      fence = undefined;
      fenced = true;
    }
    lines.push({ start, end, item: !fenced && bodyStart(text, body, end) > body, indented: body > start, fenced });
    start = end + 1;
  }
  if (fence !== undefined) blocks.push({ first: fence.first, last: lines.length - 1 });
  return { lines, blocks };
}

function firstInk(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The backticks or tildes that open or close a fence here. */
function fenceAt(text: string, start: number, end: number): string | undefined {
  const mark = text[start];
  if (mark !== '`' && mark !== '~') return undefined;
  let at = start;
  while (at < end && text[at] === mark) at++;
  return at - start >= 3 ? text.slice(start, at) : undefined;
}

/** Where the text of a line begins, behind the mark of a list item, a heading, a quotation or a table row. */
function bodyStart(text: string, start: number, end: number): number {
  const first = text[start];
  if (first === '|') return start + 1;
  if ((first === '-' || first === '*' || first === '+') && isSpaceOrEnd(text, start + 1, end)) return start + 2;
  let at = start;
  while (at < end && at - start < 4 && isDigit(text.charCodeAt(at))) at++;
  const numbered = at > start && (text[at] === '.' || text[at] === ')') && isSpaceOrEnd(text, at + 1, end);
  return numbered ? at + 2 : start;
}

function readLine(
  text: string,
  line: Line,
  nth: number,
  tokens: Token[],
  state: { sentence: number; comment: boolean; readonly lower: string },
): void {
  const ink = firstInk(text, line.start, line.end);
  const heading = text[ink] === '#';
  if (ink === line.end || line.item || heading) state.sentence++;
  let at = bodyStart(text, ink, line.end);
  let opens = true;
  const push = (kind: Token['kind'], content: string, end: number) => {
    tokens.push({ kind, text: content, start: at, end, sentence: state.sentence, line: nth, opens });
    opens = false;
    at = end;
  };
  while (at < line.end) {
    if (state.comment) {
      const close = indexWithin(text, '-->', at, line.end);
      if (close === -1) break;
      state.comment = false;
      at = close + 3;
      continue;
    }
    const code = text.charCodeAt(at);
    if (isWord(code)) {
      const end = wordEnd(text, at, line.end);
      push('word', state.lower.slice(at, end), end);
    } else if (code === 0x60) {
      const span = codeSpan(text, at, line.end);
      if (span.text === undefined) at = span.end;
      else push('code', span.text, span.end);
    } else if (text.startsWith('<!--', at)) {
      state.comment = true;
      at += 4;
    } else if (isMark(code)) {
      const ends = endsSentence(text, at, line.end);
      push('mark', text[at] ?? '', at + 1);
      if (ends) state.sentence++;
    } else at++;
  }
  if (heading) state.sentence++;
}

function indexWithin(text: string, what: string, start: number, end: number): number {
  const found = text.slice(start, end).indexOf(what);
  return found === -1 ? -1 : start + found;
}

function wordEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    const joins =
      (code === 0x2d || code === 0x27 || code === 0x2019) && isWord(text.charCodeAt(at + 1)) && at + 1 < end;
    if (!isWord(code) && !joins) break;
    at++;
  }
  return at;
}

/** The code span that opens here; without text, the end of the backticks that open none. */
function codeSpan(text: string, start: number, lineEnd: number): { text?: string; end: number } {
  let ticks = start;
  while (ticks < lineEnd && text[ticks] === '`') ticks++;
  const mark = '`'.repeat(Math.min(ticks - start, MAX_CODE));
  const end = Math.min(lineEnd, ticks + MAX_CODE);
  const close = indexWithin(text, mark, ticks, end);
  return close === -1 ? { end: ticks } : { text: text.slice(ticks, close).trim(), end: close + mark.length };
}

function endsSentence(text: string, at: number, lineEnd: number): boolean {
  const mark = text[at];
  return (mark === '.' || mark === '!' || mark === '?' || mark === ';') && isSpaceOrEnd(text, at + 1, lineEnd);
}

function isSpaceOrEnd(text: string, at: number, end: number): boolean {
  return at >= end || isSpace(text.charCodeAt(at));
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0xa0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters, digits, underscore, and everything beyond ASCII but punctuation. */
function isWord(code: number): boolean {
  if (code < 0x80) {
    return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
  }
  return code > 0xbf && !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x303f);
}

/** Punctuation that may part words of a phrase; emphasis marks and slashes are left out as if they were not there. */
const MARKS = new Set([...'.,;:!?()"“”—–=|[]{}'].map((mark) => mark.charCodeAt(0)));

function isMark(code: number): boolean {
  return MARKS.has(code);
}

/** Line and column (from 1) of an offset, where the text begins on line `first`. */
export function spotIn(lines: readonly Line[], token: Pick<Token, 'line' | 'start'>, first: number) {
  const start = lines[token.line]?.start ?? 0;
  return { line: first + token.line, column: token.start - start + 1 };
}
