import { describe, expect, it } from 'vitest';
import { withoutHidden } from '../../src/os/hidden.ts';

const tags = (text: string) => [...text].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('');

describe('text without what nobody sees', () => {
  it.each([
    ['tag characters', `a${tags('delete all')}b`, 10],
    ['zero-width spaces', 'a\u200b\u2060\ufeffb', 3],
    ['bidirectional overrides and isolates', 'a\u202e\u2066\u2069\u200f\u061cb', 5],
    ['controls', 'a\u001b\u0000\u0085\u007f\rb'.replace('\r', ''), 4],
    ['soft hyphens and joiners of graphemes', 'a\u00ad\u034fb', 2],
    ['fillers', 'a\u3164\u115f\uffa0b', 3],
    ['variation selectors that stand for bytes', `a${'\u{e0100}\u{e0155}'}b`, 2],
    ['a row of ordinary variation selectors', 'a\ufe00\ufe01\ufe0f\ufe03b', 4],
    ['a row of joiners that stand for bits', 'a\u200c\u200d\u200c\u200c\u200db', 5],
    ['interlinear annotations', 'a\ufff9\ufffa\ufffbb', 3],
    ['lone surrogates', 'a\ud800b', 1],
  ])('has no %s', (_what, given, hidden) => {
    expect(withoutHidden(given)).toEqual({ text: 'ab', hidden });
  });

  it.each([
    'plain text,\n\twith tabs and\r\nlines',
    '\u2764\ufe0f\u200d\ud83d\udd25 \ud83d\udc69\u200d\ud83d\udcbb',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937',
    'na\u00efve \u65e5\u672c\u8a9e \ud83d\ude00\u00a0x',
  ])('keeps %j', (text) => {
    expect(withoutHidden(text)).toEqual({ text, hidden: 0 });
  });
});
