import { encodedAt } from './base64.ts';
import { authorizationAt, codeAt, cookieAt, schemeAt, userinfoAt } from './http.ts';
import { codesOf, type Literal, literalFinder } from './literals.ts';
import { type Memory, namedAt, newMemory, SECRET_WORDS } from './named.ts';
import { OPTIONS, optionAt } from './options.ts';
import { BEGINS, privateKeyAt, puttyKeyAt } from './private-keys.ts';
import { scan } from './scan.ts';
import { joined, type Report, type Span } from './spans.ts';
import {
  aroundAt,
  newTokenMemory,
  SPACED_BEGINNINGS,
  shapeAt,
  spacedTokenAt,
  TOKEN_BEGINNINGS,
  tokenAt,
} from './tokens.ts';
import { throughViews } from './views.ts';

export type FindKnown = (text: string, codes: Uint16Array, report: Report) => void;

type Look = (text: string, at: number, report: Report, memory: Memory) => void;

/** What is looked for at which literal, in any case. */
const LOOKS: readonly Literal<Look>[] = [
  ...SECRET_WORDS.map((text) => ({ text, of: namedAt })),
  ...OPTIONS.map((text) => ({ text, of: optionAt })),
  { text: 'authorization', of: authorizationAt },
  { text: 'bearer ', of: schemeAt },
  { text: 'basic ', of: schemeAt },
  { text: 'cookie', of: cookieAt },
  { text: '://', of: userinfoAt },
  { text: '?code=', of: codeAt },
  { text: '&code=', of: codeAt },
  ...BEGINS.map((text) => ({ text: text.toLowerCase(), of: privateKeyAt })),
  { text: 'private-lines:', of: puttyKeyAt },
  ...SPACED_BEGINNINGS.map((text) => ({ text: text.toLowerCase(), of: spacedTokenAt })),
];
const findLooks = literalFinder(LOOKS, 'folded');

const SHORTEST = 8;
/** Words and spaces hold no secret that a rule would find: most strings of an event are such. */
const WORDS = /^[A-Za-z][a-z]*(?:[ _.][a-z]+)*$/;
const LONGEST_WORDS = 64;
/** How deep base64 is looked into: encoded twice is common in manifests. */
const MOST_NESTED = 2;

/** Where the secrets of a text are, in order and apart. */
export function findSecrets(text: string, known: FindKnown): Span[] {
  const spans: Span[] = [];
  find(text, known, MOST_NESTED, (span) => {
    if (span.end > span.start) spans.push(span);
  });
  return spans.length === 0 ? spans : joined(spans);
}

function find(text: string, known: FindKnown, nested: number, report: Report): void {
  if (text.length < SHORTEST) return;
  if (text.length <= LONGEST_WORDS && WORDS.test(text)) {
    known(text, codesOf(text), report);
    return;
  }
  const look = (seen: string, found: Report) => findIn(seen, known, nested, found);
  look(text, report);
  throughViews(text, report, look);
}

function findIn(text: string, known: FindKnown, nested: number, report: Report): void {
  const codes = codesOf(text);
  const memory = newMemory();
  const tokens = newTokenMemory();
  known(text, codes, report);
  findLooks(codes, (at, look) => look(text, at, report, memory));
  const holds = (decoded: string) => {
    let found = false;
    find(decoded, known, nested - 1, () => {
      found = true;
    });
    return found;
  };
  scan(codes, {
    beginnings: TOKEN_BEGINNINGS,
    word: (start) => tokenAt(text, start, report, tokens),
    stretch: (start, end) => aroundAt(text, start, end, report),
    run: (start, end) => {
      shapeAt(text, start, report);
      if (nested > 0) encodedAt(text, start, end, report, holds);
    },
  });
}
