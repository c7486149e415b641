/**
 * Texts and queries as the full-text tables take them.
 *
 *  - W1 A query is plain text: nothing in it can become syntax. Every term is quoted, and holds letters, marks and
 *    digits alone.
 *  - W2 Scripts that put no spaces between words are written as pairs of letters, each beginning at one letter, the last
 *    letter alone. So any stretch of such a text is found as a phrase, wherever it stands; unquoted, any pair counts.
 *  - W3 Texts and queries take the same way through NFKC, so full-width, half-width and composed forms are one.
 */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;
const RUN = /[\p{L}\p{M}\p{N}\p{Co}]+/gu;
const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]/gu;

/** Terms of one query at most; the rest is not looked for. */
const MAX_TERMS = 64;

/** Whether a query asks for something word for word. */
export function isExact(query: string): boolean {
  return query.match(QUOTED) !== null;
}

/** What a text looks like in the tables. */
export function wordsOf(text: string): string {
  return text.normalize('NFKC').replace(UNSPACED, (run) => ` ${pairsOf(run).join(' ')} `);
}

function pairsOf(run: string): string[] {
  const letters = [...run];
  return letters.map((letter, i) => letter + (letters[i + 1] ?? ''));
}

/**
 * The MATCH expression of a query: what stands in double quotes must occur, word for word; of the other words any. With
 * both, the other words only lift what has the quoted ones. `undefined` when there is no word in it.
 */
export function matchOf(query: string): string | undefined {
  const text = query.normalize('NFKC');
  const exact = [...text.matchAll(QUOTED)].flatMap(([, inner = '']) => phraseOf(inner.match(RUN) ?? []) ?? []);
  const loose = text.replace(QUOTED, ' ').match(RUN) ?? [];
  const any = [...new Set(loose.flatMap(splitScripts).flatMap(looseTerms))].slice(0, MAX_TERMS);
  const must = [...new Set(exact)].slice(0, MAX_TERMS);
  if (must.length === 0) return any.length === 0 ? undefined : any.join(' OR ');
  const all = must.join(' AND ');
  return any.length === 0 ? all : `(${all}) OR (${all} AND (${any.join(' OR ')}))`;
}

/** A word as it is, an unspaced stretch by its pairs: whoever asks writes a sentence, and a text need not repeat it. */
function looseTerms(run: string): string[] {
  const [letter, ...more] = [...run];
  if (!isUnspaced(run)) return [`"${run}"`];
  return more.length === 0
    ? [`"${letter}" *`]
    : pairsOf(run)
        .slice(0, -1)
        .map((pair) => `"${pair}"`);
}

/** Words that follow each other. A single unspaced letter at the end is the beginning of some pair. */
function phraseOf(words: readonly string[]): string | undefined {
  const runs = words.flatMap(splitScripts);
  const terms = runs.flatMap((run, i) => {
    if (!isUnspaced(run)) return [run];
    const pairs = pairsOf(run);
    return i === runs.length - 1 && pairs.length > 1 ? pairs.slice(0, -1) : pairs;
  });
  if (terms.length === 0) return undefined;
  const last = runs.at(-1) ?? '';
  return `"${terms.join(' ')}"${isUnspaced(last) && [...last].length === 1 ? ' *' : ''}`;
}

function splitScripts(word: string): string[] {
  return word
    .replace(UNSPACED, (run) => ` ${run} `)
    .split(' ')
    .filter((part) => part !== '');
}

function isUnspaced(run: string): boolean {
  return run.replace(UNSPACED, '') === '';
}
