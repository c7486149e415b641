/** How long the text and its longest sentence are, in words. */
export function stats({ text }) {
  const sentences = text.split(/[.!?]+/).map(words);
  return {
    words: words(text).length,
    longest_sentence: Math.max(0, ...sentences.map((sentence) => sentence.length)),
  };
}

/** Who should read it: a long text also somebody in a hurry. */
export function readers({ stats: { words: count } }) {
  return count > 12 ? ['somebody new', 'somebody in a hurry', 'an expert'] : ['somebody new', 'an expert'];
}

/** How clear it is to the reader to whom it is least clear. */
export function clear({ opinions }) {
  return Math.min(...opinions.map((opinion) => opinion.clear));
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}
