import type { Token } from './tokens.ts';

/**
 * Phrases as patterns over tokens, so that matching is linear and a list of phrases can be read.
 *
 * A pattern is parts separated by spaces. `a|b` is one of these words (`` `a `` a code span); a trailing `?` makes it
 * optional; `...3` is up to three tokens of any kind; `^` only at the start of a clause; `$` only at its end; `@` is a
 * single name that ends a clause (`then go to revision.`); `!a|b` is anything but these words next.
 */
export type Phrase<K extends string = string> = { readonly kind: K; readonly first: readonly string[]; match: Matcher };

/** The index behind the match that begins at `at`, or -1. */
type Matcher = (tokens: readonly Token[], at: number) => number;

type Part =
  | { readonly is: 'words'; readonly words: ReadonlySet<string>; readonly optional: boolean }
  | { readonly is: 'gap'; readonly most: number }
  | { readonly is: 'not'; readonly words: ReadonlySet<string> }
  | { readonly is: 'start' | 'end' | 'name' };

/** Words that go on after a clause has ended. */
const ENDS = new Set(['if', 'when', 'unless', 'until', 'once', 'again', 'otherwise', 'instead', 'whenever', 'then']);
const ARTICLES = new Set(['the', 'a', 'an', 'our', 'their', 'your', 'this', 'that', 'each', 'every', 'it', 'them']);

export function phrase<K extends string>(kind: K, pattern: string): Phrase<K> {
  const parts = pattern.split(' ').map(readPart);
  const opening = parts.find((part) => part.is === 'words');
  const first = opening?.is === 'words' ? [...opening.words] : [];
  return { kind, first, match: (tokens, at) => matchParts(parts, 0, tokens, at, tokens[at]?.sentence) };
}

function readPart(text: string): Part {
  if (text === '^') return { is: 'start' };
  if (text === '$') return { is: 'end' };
  if (text === '@') return { is: 'name' };
  if (text.startsWith('...')) return { is: 'gap', most: Number(text.slice(3)) };
  if (text.startsWith('!')) return { is: 'not', words: new Set(text.slice(1).split('|')) };
  const optional = text.endsWith('?');
  return { is: 'words', words: new Set((optional ? text.slice(0, -1) : text).split('|')), optional };
}

/** What a token is looked up by. */
export function keyOf(token: Token): string {
  return token.kind === 'code' ? `\`${token.text}` : token.text;
}

function matchParts(
  parts: readonly Part[],
  nth: number,
  tokens: readonly Token[],
  at: number,
  sentence: number | undefined,
): number {
  const part = parts[nth];
  if (part === undefined) return at;
  const token = tokens[at]?.sentence === sentence ? tokens[at] : undefined;
  switch (part.is) {
    case 'start':
      return opensClause(tokens, at) ? matchParts(parts, nth + 1, tokens, at, sentence) : -1;
    case 'end':
      return endsClause(tokens, at, sentence) ? matchParts(parts, nth + 1, tokens, at, sentence) : -1;
    case 'not':
      return token === undefined || !part.words.has(keyOf(token))
        ? matchParts(parts, nth + 1, tokens, at, sentence)
        : -1;
    case 'name': {
      const from = token?.text === 'the' ? at + 1 : at;
      const name = tokens[from];
      const plain = name?.sentence === sentence && name?.kind !== 'mark' && !ARTICLES.has(name?.text ?? '');
      return plain && endsClause(tokens, from + 1, sentence)
        ? matchParts(parts, nth + 1, tokens, from + 1, sentence)
        : -1;
    }
    case 'gap':
      for (let skipped = 0; skipped <= part.most; skipped++) {
        const end = matchParts(parts, nth + 1, tokens, at + skipped, sentence);
        if (end !== -1) return end;
      }
      return -1;
    case 'words': {
      const hit = token !== undefined && part.words.has(keyOf(token));
      const end = hit ? matchParts(parts, nth + 1, tokens, at + 1, sentence) : -1;
      return end === -1 && part.optional ? matchParts(parts, nth + 1, tokens, at, sentence) : end;
    }
  }
}

function opensClause(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return before === undefined || before.sentence !== tokens[at]?.sentence || before.kind === 'mark';
}

/** Whether a clause ends before the token at `at`. */
export function endsClause(tokens: readonly Token[], at: number, sentence: number | undefined): boolean {
  const token = tokens[at];
  return token === undefined || token.sentence !== sentence || token.kind === 'mark' || ENDS.has(token.text);
}
