const NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;
const NUMBER = /\d+(?:[.,]\d+)*/g;

/** The skill that a message names: what stands in quotes or is written with `_`, else its last word. */
export function named({ text = '', skill, repeats = 1 }) {
  const words = text.match(/[\w-]+/g) ?? [];
  const [, quoted] = /[`"']([\w-]+)[`"']/.exec(text) ?? [];
  const chosen = skill ?? quoted ?? words.find((word) => word.includes('_')) ?? words.at(-1) ?? '';
  if (!NAME.test(chosen)) throw new Error(`the message names no skill: write e.g. "Evaluate essay"`);
  return { skill: chosen, repeats };
}

/** What is wrong with the text: numbers in it that nobody measured. Empty when nothing is. */
export function stray({ text, next, evaluated }) {
  const known = knownIn(evaluated);
  const strange = [...new Set([text, ...next].join(' ').match(NUMBER) ?? [])].filter((number) => !known.has(number));
  return strange.length === 0
    ? ''
    : `These numbers were not measured: ${strange.slice(0, 20).join(', ')}. Use those that are given, or words.`;
}

/** Numbers as they stand, and scores as people write them: rounded, and as a percentage. */
function knownIn(value) {
  const texts = JSON.stringify(value).match(/\d+(?:\.\d+)?(?:e-?\d+)?/gi) ?? [];
  const known = new Set(texts);
  for (const number of texts.map(Number)) {
    for (const digits of [0, 1, 2]) {
      known.add(number.toFixed(digits));
      if (number <= 1) known.add((number * 100).toFixed(digits));
    }
  }
  return known;
}

export const plain = ({ skill, evaluated }) => ({
  skill,
  text: 'The explanation named numbers that nobody measured and was left out. What was measured stands below.',
  next: [],
  evaluated,
});
