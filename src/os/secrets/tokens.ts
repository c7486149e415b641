import { isPlaceholder, isRandom } from './plausible.ts';
import { beginningsOf, IN_TOKENS } from './scan.ts';
import { RANK, type Report } from './spans.ts';
import { TOKEN_RULES, TOKEN_SHAPES, TOKENS_AROUND } from './token-table.ts';

/** Tokens that tell by themselves what they are. A rule is tried only at the beginning of a word that begins like it. */

type Rule = { readonly kind: string; readonly at: string; readonly body: RegExp; readonly common: boolean };

const PAIRS = 128;
const pairOf = (a: number, b: number) => ((a & 127) << 7) | (b & 127);
/** Rules by the first two characters of what they begin with, the longest first. */
const byPair = new Array<Rule[] | undefined>(PAIRS * PAIRS);
for (const { kind, at, body, common = false } of TOKEN_RULES) {
  for (const prefix of at) {
    const pair = pairOf(prefix.charCodeAt(0), prefix.charCodeAt(1));
    const all = [...(byPair[pair] ?? []), { kind, at: prefix, body: new RegExp(body, 'y'), common }];
    byPair[pair] = all.toSorted((a, b) => b.at.length - a.at.length);
  }
}
/** What a word must begin like to be looked at. */
export const TOKEN_BEGINNINGS = beginningsOf(TOKEN_RULES.flatMap(({ at }) => at));

/** Beginnings that have other characters in them than tokens have; they are looked for as they stand. */
export const SPACED_BEGINNINGS: readonly string[] = TOKEN_RULES.flatMap(({ at }) => at).filter((at) =>
  [...at].some((sign) => !IN_TOKENS.test(sign)),
);

/** What is remembered while one text is looked through: where tokens, and what was none, end. */
export type TokenMemory = { end: number; readonly failed: Map<object, number> };

export const newTokenMemory = (): TokenMemory => ({ end: 0, failed: new Map() });

/** Reports the token that begins with the word at `start`. */
export function tokenAt(text: string, start: number, report: Report, memory: TokenMemory): void {
  if (start < memory.end) return;
  for (const rule of byPair[pairOf(text.charCodeAt(start), text.charCodeAt(start + 1))] ?? []) {
    if (text.startsWith(rule.at, start) && hasBody(text, start, rule, report, memory)) return;
  }
}

/** The same for one of {@link SPACED_BEGINNINGS}, in any case, at `start`. */
export function spacedTokenAt(text: string, start: number, report: Report): void {
  if (!/[A-Za-z0-9]/.test(text[start - 1] ?? ' ')) tokenAt(text, start, report, newTokenMemory());
}

const SHAPES = TOKEN_SHAPES.map(({ kind, shape }) => ({ kind, shape: new RegExp(shape, 'y') }));
const LOOK_BACK = 48;

/** Reports the token without a beginning of its own that a long run of letters at `run` is the first or last part of. */
export function shapeAt(text: string, run: number, report: Report): void {
  let start = run;
  if (run > 0 && ':|'.includes(text[run - 1] ?? ' ')) {
    start--;
    while (start > 0 && run - start < LOOK_BACK && /[\d/]/.test(text[start - 1] ?? '')) start--;
  }
  for (const { kind, shape } of SHAPES) {
    shape.lastIndex = start;
    const value = shape.exec(text)?.[0];
    if (value === undefined || !isRandom(value) || isPlaceholder(value)) continue;
    report({ start, end: start + value.length, label: kind, rank: RANK.token, value });
    return;
  }
}

/** What is looked at to tell whether a text is random or a placeholder. */
const JUDGED = 96;

function hasBody(text: string, start: number, rule: Rule, report: Report, memory: TokenMemory): boolean {
  const { kind, at, body, common } = rule;
  // What is no token is none from any place within either: each stretch is judged once by a rule.
  if (start < (memory.failed.get(rule) ?? 0)) return false;
  body.lastIndex = start + at.length;
  const found = body.exec(text);
  if (found === null) return false;
  const secret = found[0].replace(/\.{1,9}$/, '');
  const end = start + at.length + secret.length;
  const judged = secret.slice(0, JUDGED);
  if (isPlaceholder(judged) || (common && !(isRandom(judged) && standsAlone(text, start, end)))) {
    memory.failed.set(rule, end);
    return false;
  }
  memory.end = end;
  report({ start, end, label: kind, rank: RANK.token, value: at + secret });
  if (kind === 'aws_access_key_id') secretNear(text, end, report);
  return true;
}

/** Whether a text is no part of a longer one in base64, where any beginning turns up. */
function standsAlone(text: string, start: number, end: number): boolean {
  return !'+/='.includes(text[start - 1] ?? ' ') && !'+/='.includes(text[end] ?? ' ');
}

const NEAR = 160;
const AWS_SECRET = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/;

/** The secret that stands behind the id of its key, as in a CSV or a command line. */
function secretNear(text: string, from: number, report: Report): void {
  const found = AWS_SECRET.exec(text.slice(from, from + NEAR));
  if (found === null) return;
  const [value] = found;
  if (!/[A-Z]/.test(value) || !/[a-z]/.test(value) || !isRandom(value) || isPlaceholder(value)) return;
  const start = from + found.index;
  report({ start, end: start + value.length, label: 'aws_secret_access_key', rank: RANK.token, value });
}

const AROUND = TOKENS_AROUND.map(({ kind, sign, shape }) => ({ kind, sign, shape: new RegExp(shape, 'g') }));

/** Reports the tokens that are known by a sign within, in a stretch of what tokens are made of. */
export function aroundAt(text: string, from: number, to: number, report: Report): void {
  const stretch = text.slice(from, to);
  for (const { kind, sign, shape } of AROUND) {
    if (!stretch.includes(sign)) continue;
    for (const { index, 0: value } of stretch.matchAll(shape)) {
      const start = from + index;
      if (isRandom(value)) report({ start, end: start + value.length, label: kind, rank: RANK.token, value });
    }
  }
}
