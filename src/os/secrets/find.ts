import { findEncoded } from './base64.ts';
import { findHeaders, findOptions, findParameters, findUserinfo } from './http.ts';
import { findNamed } from './named.ts';
import { findPrivateKeys } from './private-keys.ts';
import { joined, type Report, type Span } from './spans.ts';
import { findTokens } from './tokens.ts';
import { throughViews } from './views.ts';

export type FindKnown = (text: string, report: Report) => void;

const SHORTEST = 8;
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
  const inView = (seen: string, found: Report) => findPlain(seen, known, nested, found);
  inView(text, report);
  throughViews(text, report, inView);
}

function findPlain(text: string, known: FindKnown, nested: number, report: Report): void {
  known(text, report);
  const lower = lowered(text);
  findPrivateKeys(text, report);
  findHeaders(text, lower, report);
  findUserinfo(text, report);
  findParameters(text, report);
  findOptions(text, report);
  findTokens(text, report);
  findNamed(text, lower, report);
  if (nested === 0) return;
  findEncoded(text, report, (decoded) => {
    let holds = false;
    find(decoded, known, nested - 1, () => {
      holds = true;
    });
    return holds;
  });
}

/** The text in lower case with every character where it was. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (found) => found.toLowerCase());
}
