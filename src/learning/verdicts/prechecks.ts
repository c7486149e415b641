import type { EvalCase } from '../evals/case.ts';
import { comparedText } from '../evals/clusters.ts';

/** What a candidate must be before anything is run for it. No reason says anything of a sealed case. */
export type Breach = { readonly code: BreachCode; readonly reason: string };
export type BreachCode = 'lint' | 'same' | 'size' | 'widens' | 'leak' | 'evals';

export type Prechecked = {
  readonly baseline: Text;
  readonly candidate: Text;
  /** Errors that lint finds in the candidate, as it says them. */
  readonly errors: readonly string[];
  /** What the candidate may do that the baseline may not, as a person reads it; and whether a person allowed that. */
  readonly widened: readonly string[];
  readonly widenedApproved: boolean;
  /** Sealed cases, and those whose text an author may have seen. */
  readonly holdout: readonly EvalCase[];
  readonly seen: readonly EvalCase[];
  /** Digests of scorers and of all cases when the search began and now; equal where nothing was changed. */
  readonly locked: string;
  readonly current: string;
};

type Text = { readonly fingerprint: string; readonly files: ReadonlyMap<string, Uint8Array> };

/** Bytes of all files of a skill. */
const MOST_BYTES = 1024 * 1024;
/** Characters of Markdown, what a model reads of it: three times the baseline, and 16,000 more. About four make a token. */
const MOST_GROWTH = 3;
const MOST_ADDED = 16_000;
/** Words in a row that are no coincidence. */
const WORDS = 8;
/** Shorter inputs are looked for whole, unless they are too short to be told from ordinary words. */
const LEAST_WHOLE = 16;

/** All that is wrong with it; empty = it may be verified. */
export function precheck(request: Prechecked): readonly Breach[] {
  const { baseline, candidate, errors, widened, widenedApproved, locked, current } = request;
  const breaches: Breach[] = [];
  const breach = (code: BreachCode, reason: string) => breaches.push({ code, reason });
  if (errors.length > 0) {
    const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    breach('lint', `It does not pass lint: ${errors[0]}${rest}`);
  }
  if (baseline.fingerprint === candidate.fingerprint) breach('same', 'It does not differ from what it would replace.');
  const most = MOST_GROWTH * markdownOf(baseline).length + MOST_ADDED;
  if (bytesOf(candidate) > MOST_BYTES) breach('size', `Its files are larger than ${MOST_BYTES / 1024} KB together.`);
  if (markdownOf(candidate).length > most) breach('size', `Its Markdown is longer than ${most} characters.`);
  if (widened.length > 0 && !widenedApproved) breach('widens', `It may do more than before: ${widened.join('; ')}`);
  if (leaks(request)) breach('leak', 'Its text holds something of sealed cases, which its author cannot know.');
  if (locked !== current)
    breach('evals', 'Cases or scorers were changed since the search began. Start another search.');
  return breaches;
}

function bytesOf({ files }: Text): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

function textOf({ files }: Text): string {
  const decoder = new TextDecoder();
  return [...files.values()].map((bytes) => decoder.decode(bytes)).join('\n');
}

function markdownOf({ files }: Text): string {
  return textOf({ fingerprint: '', files: new Map([...files].filter(([path]) => path.endsWith('.md'))) });
}

/**
 * Whether the candidate holds words in a row, or the id, of a sealed case that stand neither in the baseline nor in a
 * case its author may have seen.
 */
function leaks({ baseline, candidate, holdout, seen }: Prechecked): boolean {
  const before = textOf(baseline);
  const known = [before, ...seen.map((each) => `${each.id}\n${textOfCase(each)}`)].map(words);
  const knownGrams = new Set(known.flatMap((text) => grams(text)));
  const now = words(textOf(candidate));
  const nowGrams = new Set(grams(now));
  const nowText = ` ${now.join(' ')} `;
  const knownText = ` ${known.map((text) => text.join(' ')).join(' | ')} `;
  const isNew = (text: string) => nowText.includes(` ${text} `) && !knownText.includes(` ${text} `);
  return holdout.some((each) => {
    const passages = [each.input, each.expected ?? null].map((value) => words(comparedText(value)));
    if (passages.some((passage) => grams(passage).some((gram) => nowGrams.has(gram) && !knownGrams.has(gram))))
      return true;
    const whole = passages.filter(({ length }) => length > 1 && length < WORDS).map((passage) => passage.join(' '));
    if (whole.some((text) => text.length >= LEAST_WHOLE && isNew(text))) return true;
    return isTelling(each.id) && isNew(words(each.id).join(' '));
  });
}

/** An id that is an ordinary word may stand in any text. */
function isTelling(id: string): boolean {
  return id.length >= 3 && /[^a-z]/i.test(id);
}

function textOfCase({ input, expected, checks }: EvalCase): string {
  return [comparedText(input), comparedText(expected ?? null), ...checks.map(({ text }) => text)].join('\n');
}

function words(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function grams(text: readonly string[]): string[] {
  return Array.from({ length: Math.max(0, text.length - WORDS + 1) }, (_, at) => text.slice(at, at + WORDS).join(' '));
}
