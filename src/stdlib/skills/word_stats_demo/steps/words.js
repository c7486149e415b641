/** Runs of letters and digits, with apostrophes and hyphens inside: "don't" and "well-known" are one word each. */
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;
/** Words this short say little about what a text is about. */
const SHORT = 4;
const MOST_FREQUENT = 5;

const wordsOf = (text) => text.match(WORD) ?? [];

/** In characters, not in halves of them. */
const lengthOf = (text) => [...text].length;

export const paragraphs = ({ text }) =>
  text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const measure = ({ paragraph }) => ({ words: wordsOf(paragraph).length, characters: lengthOf(paragraph) });

export const totals = ({ text }) => ({
  words: wordsOf(text).length,
  sentences: text.split(/[.!?。！？]+(?:\s|$)/u).filter((part) => wordsOf(part).length > 0).length,
  characters: lengthOf(text),
});

export function frequent({ text }) {
  const times = new Map();
  for (const word of wordsOf(text.toLowerCase())) {
    if (lengthOf(word) >= SHORT) times.set(word, (times.get(word) ?? 0) + 1);
  }
  return [...times]
    .map(([word, count]) => ({ word, times: count }))
    .sort((a, b) => b.times - a.times || (a.word < b.word ? -1 : 1))
    .slice(0, MOST_FREQUENT);
}

/** The first of the longest words. */
export const longest = ({ text }) => wordsOf(text).toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? '';

export const result = ({ paragraphs, whole }) => ({ paragraphs, whole });

export function present({ paragraphs, whole }) {
  const { totals, frequent, longest } = whole;
  const count = (number, what) => `${number} ${what}${number === 1 ? '' : 's'}`;
  return {
    said: `${count(totals.words, 'word')} in ${count(totals.sentences, 'sentence')} and ${count(paragraphs.length, 'paragraph')}.`,
    words: totals.words,
    sentences: totals.sentences,
    words_by_paragraph: paragraphs.map(({ words }) => words),
    frequent,
    longest,
  };
}
