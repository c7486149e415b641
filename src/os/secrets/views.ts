import type { Report } from './spans.ts';
import { NOTHING, type Read, TAKES, type View, viewOfAll, viewOfLines } from './view.ts';

/** The views in which a text is looked through for secrets, beside the text as it stands. */

const code = (sign: string) => sign.charCodeAt(0);
const takes = (length: number, stands: number) => length * TAKES + stands;

function hexDigit(value: number): number {
  if (value >= 0x30 && value <= 0x39) return value - 0x30;
  const letter = value | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The number that `digits` hex digits from `at` on stand for; -1 where there are fewer. */
function hexAt(text: string, at: number, digits: number): number {
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = hexDigit(text.charCodeAt(at + i));
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

const PLAIN_ESCAPES = new Map([...'nrtbf'].map((sign, i) => [code(sign), '\n\r\t\b\f'.charCodeAt(i)]));

/** Escapes of JSON and of most languages; a backslash before anything else is that of a shell. */
const readEscape: Read = (text, at) => {
  const next = text.charCodeAt(at + 1);
  if (Number.isNaN(next) || next === 10 || next === 13) return 0;
  const digits = next === code('u') ? 4 : next === code('x') ? 2 : 0;
  const coded = digits === 0 ? -1 : hexAt(text, at + 2, digits);
  if (coded !== -1) return takes(2 + digits, coded);
  return takes(2, PLAIN_ESCAPES.get(next) ?? next);
};

const readPercent: Read = (text, at) => {
  const coded = hexAt(text, at + 1, 2);
  return coded === -1 ? 0 : takes(3, coded);
};

const ENTITY = /&(?:(quot|apos|amp|lt|gt|nbsp)|#(\d{2,3})|#x([0-9a-fA-F]{2}));/y;
const ENTITY_NAMES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>', nbsp: ' ' };

const readEntity: Read = (text, at) => {
  ENTITY.lastIndex = at;
  const found = ENTITY.exec(text);
  if (found === null) return 0;
  const [whole, name = '', decimal = '', hex = ''] = found;
  const named = ENTITY_NAMES[name];
  return takes(whole.length, named === undefined ? Number(decimal || `0x${hex}`) : code(named));
};

/**
 * Characters that a reader does not see within a word: controls, soft hyphens, those of no width, marks of direction,
 * selectors of variants; as the inside of a class of an expression.
 */
const INVISIBLE_CLASS =
  '\\u0000-\\u0008\\u001b\\u009b\\u00ad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff';
const HAS_INVISIBLE = new RegExp(`[${INVISIBLE_CLASS}]`);

/**
 * What does not show: colours and other sequences of terminals, characters of no width, soft hyphens, controls between
 * letters; also where they are written as escapes.
 */
const INVISIBLE = new RegExp(
  '(?:[\\u001b\\u009b]|\\\\{1,2}(?:u001b|x1b|033|e(?=\\[)))' +
    '(?:\\[[0-?]{0,32}[ -/]{0,4}[@-~]|\\][^\\u0007\\u001b\\\\]{0,256}(?:\\u0007|\\u001b\\\\|\\\\{1,2}u0007)|[@-Z^_])?' +
    '|[\\u00ad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\u0000-\\u0008]' +
    '|\\\\{1,2}u(?:00ad|034f|061c|180e|200[b-f]|202[a-e]|206[0-9a-f]|feff)',
  'iy',
);
const WRITTEN_INVISIBLE = /\\(?:u00(?:1b|ad)|u034f|u061c|u180e|u20[0-6]|ufe|x1b|033|e\[)/i;

/** What may be invisible, or begin something that is. */
const MAY_HIDE = new RegExp(`[${INVISIBLE_CLASS}\\\\\\u0000-\\u001b]`, 'g');

const readInvisible: Read = (text, at) => {
  INVISIBLE.lastIndex = at;
  return INVISIBLE.test(text) ? takes(INVISIBLE.lastIndex - at, NOTHING) : 0;
};

/** How often escapes are taken off: JSON in a string of JSON in a log line. */
const MOST_LAYERS = 3;

/** Looks for secrets in a text. */
export type Look = (text: string, report: Report) => void;

/** Looks at every view of a text that differs from it. */
export function throughViews(text: string, report: Report, look: Look): void {
  const hides = HAS_INVISIBLE.test(text) || (text.includes('\\') && WRITTEN_INVISIBLE.test(text));
  const shown = hides ? viewOfAll(text, MAY_HIDE, readInvisible) : undefined;
  if (shown === undefined) {
    peel(text, MOST_LAYERS, report, look);
    return;
  }
  const back: Report = (span) => report(shown.back(span));
  look(shown.text, back);
  peel(shown.text, MOST_LAYERS, back, look);
}

function peel(text: string, layers: number, report: Report, look: Look): void {
  if (layers === 0) return;
  const into = (view: View | undefined) => {
    if (view === undefined) return;
    const back: Report = (span) => report(view.back(span));
    look(view.text, back);
    peel(view.text, layers - 1, back, look);
  };
  into(viewOfLines(text, '\\', readEscape));
  into(viewOfLines(text, '%', readPercent));
  into(viewOfLines(text, '&', readEntity));
}
