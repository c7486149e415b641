import type { Recalled } from '../../api.ts';
import { clean, oneLine, type Paint } from '../output.ts';

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
/** Characters shown of one hit. */
const SNIPPET = 320;
/** Of those, at most so many before the first word that was looked for. */
const LEAD = 80;

/** Hits for a person: where each stands, and the part of it that was looked for, its words marked. */
export function showHits(hits: Recalled['hits'], query: string, { bold, dim, yellow }: Paint): string {
  const terms = termsOf(query);
  return hits
    .map(({ source, key, title, lines, text }) => {
      const range = lines === undefined ? '' : `:${lines.from}${lines.to === lines.from ? '' : `-${lines.to}`}`;
      const head = `${bold(`${source} ${clean(key)}${range}`)}${title === undefined ? '' : `  ${dim(oneLine(title, 80))}`}`;
      const snippet = marked(snippetOf(clean(text), terms), terms, yellow);
      return `${head}\n  ${snippet.split('\n').join('\n  ')}\n`;
    })
    .join('\n');
}

function termsOf(query: string): readonly string[] {
  return [...new Set((query.match(WORDS) ?? []).map(fold))];
}

function fold(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether a word is one that was looked for, or that one with another ending. */
function isMeant(word: string, terms: readonly string[]): boolean {
  const folded = fold(word);
  return terms.some((term) => {
    if (UNSPACED.test(term)) return folded.includes(term);
    const [short, long] = term.length < folded.length ? [term, folded] : [folded, term];
    return short === long || (short.length >= 3 && long.startsWith(short) && long.length - short.length <= 3);
  });
}

function snippetOf(text: string, terms: readonly string[]): string {
  const first = [...text.matchAll(WORDS)].find(([word]) => isMeant(word, terms))?.index ?? 0;
  const from = text.length <= SNIPPET || first <= LEAD ? 0 : wordStart(text, first - LEAD);
  const part = text.slice(from, from + SNIPPET).toWellFormed();
  const lines = part.split('\n').filter((line) => line.trim() !== '');
  return `${from === 0 ? '' : '…'}${lines.join('\n')}${from + SNIPPET < text.length ? '…' : ''}`;
}

function wordStart(text: string, near: number): number {
  const space = text.slice(near, near + LEAD).search(/\s/);
  return space === -1 ? near : near + space + 1;
}

function marked(text: string, terms: readonly string[], mark: (text: string) => string): string {
  return text.replace(WORDS, (word) => (isMeant(word, terms) ? markWithin(word, terms, mark) : word));
}

/** In a script without spaces a word is a stretch of text: only what was looked for in it is marked. */
function markWithin(word: string, terms: readonly string[], mark: (text: string) => string): string {
  const inside = terms.find((term) => UNSPACED.test(term) && word.includes(term));
  return inside === undefined ? mark(word) : word.replaceAll(inside, mark);
}
