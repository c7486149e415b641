import type { Report, Span } from './spans.ts';

/**
 * A text as another reader sees it: without escapes, without characters that do not show. Secrets are looked for in
 * each view and mapped back to the text itself.
 */
export type View = {
  readonly text: string;
  /** The span of the text that a span of the view came from. */
  readonly back: (span: Span) => Span;
};

type Rewrite = { readonly hint: RegExp; readonly part: RegExp; readonly by: (found: string) => string };

/**
 * What does not show: colours and other sequences of terminals, characters of no width, soft hyphens, controls between
 * letters; also where they are written as escapes of a string.
 */
const ESC = '(?:\\u001b|\\\\{1,2}(?:u001b|x1b|033|e(?=\\[)))';
const INVISIBLE: Rewrite = {
  hint: /[\u001b\u009b\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\u0000-\u0008]|\\(?:u00(?:1b|ad)|u20[0-6]|ufeff|x1b|033|e\[)/i,
  part: new RegExp(
    `(?:${ESC}|\\u009b)(?:\\[[0-?]{0,32}[ -/]{0,4}[@-~]|\\][^\\u0007\\u001b\\\\]{0,1024}(?:\\u0007|\\u001b\\\\|\\\\u0007)|[@-Z\\\\^_])?` +
      '|[\\u00ad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufe00-\\ufe0f\\ufeff\\u0000-\\u0008]' +
      '|\\\\{1,2}u(?:00ad|034f|061c|180e|200[b-f]|202[a-e]|206[0-9]|feff)',
    'gi',
  ),
  by: () => '',
};

const SINGLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
/** Escapes of JSON and of most languages; a backslash before anything else is that of a shell. */
const ESCAPES: Rewrite = {
  hint: /\\/,
  part: /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^\r\n])/g,
  by: (found) => {
    const code = found[1] ?? '';
    if ((code === 'u' || code === 'x') && found.length > 2) return String.fromCharCode(Number.parseInt(found.slice(2), 16));
    return SINGLE[code] ?? code;
  },
};
const PERCENT: Rewrite = {
  hint: /%[0-9A-Fa-f]{2}/,
  part: /%[0-9A-Fa-f]{2}/g,
  by: (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16)),
};
const ENTITY: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>', nbsp: ' ' };
const ENTITIES: Rewrite = {
  hint: /&(?:quot|apos|amp|lt|gt|nbsp|#\d{2,3}|#x[0-9a-fA-F]{2});/,
  part: /&(?:quot|apos|amp|lt|gt|nbsp|#\d{2,3}|#x[0-9a-fA-F]{2});/g,
  by: (found) => {
    const name = found.slice(1, -1);
    if (name.startsWith('#x')) return String.fromCharCode(Number.parseInt(name.slice(2), 16));
    return name.startsWith('#') ? String.fromCharCode(Number(name.slice(1))) : (ENTITY[name] ?? '');
  },
};

/** How often escapes are taken off: JSON in a string of JSON in a log line. */
const MOST_LAYERS = 3;

/** Runs `find` over every view of a text that differs from it. */
export function throughViews(text: string, report: Report, find: (text: string, report: Report) => void): void {
  const shown = viewed(text, INVISIBLE, false);
  const seen = shown?.text ?? text;
  const toShown = (span: Span) => report(shown === undefined ? span : shown.back(span));
  if (shown !== undefined) find(seen, toShown);
  for (const rewrite of [ESCAPES, PERCENT, ENTITIES]) peel(seen, rewrite, MOST_LAYERS, toShown, find);
}

function peel(text: string, rewrite: Rewrite, layers: number, report: Report, find: (text: string, report: Report) => void): void {
  const view = viewed(text, rewrite, true);
  if (view === undefined || layers === 0) return;
  const back: Report = (span) => report(view.back(span));
  find(view.text, back);
  peel(view.text, rewrite, layers - 1, back, find);
  if (rewrite === ESCAPES) peel(view.text, PERCENT, 1, back, find);
}

/** @param near only the lines in which something changes, which is all that a view can tell anew. */
function viewed(text: string, { hint, part, by }: Rewrite, near: boolean): View | undefined {
  const first = text.search(hint);
  if (first === -1) return undefined;
  const pieces = collector();
  let at = near ? lineStart(text, first) : 0;
  part.lastIndex = at;
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const lineEnd = near ? text.indexOf('\n', at) : -1;
    if (lineEnd !== -1 && lineEnd < found.index) {
      pieces.copy(text, at, lineEnd + 1);
      at = lineStart(text, found.index);
    }
    pieces.copy(text, at, found.index);
    at = found.index + found[0].length;
    pieces.put(by(found[0]), found.index, at);
  }
  const lineEnd = near ? text.indexOf('\n', at) : -1;
  pieces.copy(text, at, lineEnd === -1 ? text.length : lineEnd);
  return pieces.view();
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** Puts a view together and remembers of each piece where it came from. */
function collector() {
  const texts: string[] = [];
  const starts: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let length = 0;
  const put = (piece: string, begin: number, end: number) => {
    if (piece === '') return;
    texts.push(piece);
    starts.push(length);
    from.push(begin);
    to.push(end);
    length += piece.length;
  };
  const pieceAt = (index: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  /** Of a character in the view: where it begins in the text, and where it ends. */
  const originOf = (index: number): [number, number] => {
    const piece = pieceAt(index);
    const [begin = 0, end = 0] = [from[piece], to[piece]];
    if (end - begin !== texts[piece]?.length) return [begin, end]; // an escape
    const place = begin + index - (starts[piece] ?? 0);
    return [place, place + 1];
  };
  return {
    put,
    copy: (text: string, begin: number, end: number) => put(text.slice(begin, end), begin, end),
    view: (): View => ({
      text: texts.join(''),
      back: (span) => ({ ...span, start: originOf(span.start)[0], end: originOf(span.end - 1)[1] }),
    }),
  };
}
