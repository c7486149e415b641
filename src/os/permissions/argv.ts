/**
 * Commands as text: what a person reads and what rules are written as. `echo "a b"` and `echo a b` are two commands, so
 * an argument that is not plain stands in single quotes, as a shell would take it.
 */

/** Characters that mean themselves in a word. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./~^-]+$/;

/** A command as one text from which {@link wordsOf} makes the same words. */
export function showArgv(argv: readonly string[]): string {
  return argv.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** The words of a command as a rule writes it; quotes keep a word together. `undefined` when a quote is left open. */
export function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (character === '\\' && at + 1 < text.length) {
      at += 1;
      word = `${word ?? ''}${text[at]}`;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = `${word ?? ''}${character}`;
    }
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}

/**
 * Whether a command fits a pattern, word by word: `*` is any one argument, `**` at the end any number of them, and a
 * word is otherwise itself. The program is never a wildcard.
 */
export function matchesArgv(pattern: readonly string[], argv: readonly string[]): boolean {
  const [program] = pattern;
  if (program === undefined || program === '*' || program === '**' || program !== argv[0]) return false;
  const open = pattern.at(-1) === '**';
  const words = open ? pattern.slice(0, -1) : pattern;
  if (open ? argv.length < words.length : argv.length !== words.length) return false;
  return words.every((word, at) => word === '*' || word === argv[at]);
}
