import { openCleanTexts } from './clean-texts.ts';
import { findSecrets } from './find.ts';
import { type KnownSecret, knownFinder } from './known-values.ts';
import { keptIn, placeholderOf } from './placeholder.ts';
import type { Redactor } from './port.ts';
import { outside, type Span } from './spans.ts';
import { openStream } from './stream.ts';
import { walk } from './walk.ts';

export type RedactorOptions = {
  readonly known: readonly KnownSecret[];
  /** Told of every secret that was taken out: its kind, or its name where it is known. */
  readonly found?: (label: string) => void;
};

/** Redacting may bring parts of a text together that are a secret only so. */
const MOST_ROUNDS = 4;

/**
 * Takes secrets out of text. In this order: values that are known, in all their encodings; headers and addresses; and
 * the rules for what tells by itself, or by its name, that it is secret.
 *
 *  - S1 The same text gives the same text, in every process with the same known values.
 *  - S2 What was redacted once is left as it is; so are references to stored secrets.
 *  - S3 The time grows with the length of the text and with nothing else, whatever the text is.
 */
export function openRedactor({ known, found = () => undefined }: RedactorOptions): Redactor {
  const findKnown = knownFinder(known);
  const spansOf = (text: string) => {
    const spans = findSecrets(text, findKnown);
    return spans.length === 0 ? spans : outside(spans, keptIn(text));
  };

  const told = (spans: readonly Span[]) => {
    for (const { label } of spans) found(label);
  };

  const clean = openCleanTexts();

  function text(given: string): string {
    if (clean.has(given)) return given;
    let current = given;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const spans = spansOf(current);
      if (spans.length === 0) {
        clean.add(current);
        return current;
      }
      told(spans);
      current = replaced(current, spans);
    }
    return current;
  }

  /** Redacts what stands from a place on, knowing what stands before. */
  function redactFrom(given: string, from: number): string {
    const spans = spansOf(given).flatMap((span) => {
      const [start, end] = [Math.max(span.start, from) - from, span.end - from];
      return end > start ? [{ ...span, start, end }] : [];
    });
    const rest = given.slice(from);
    if (spans.length === 0) return rest;
    told(spans);
    return text(replaced(rest, spans));
  }

  const longest = Math.max(0, ...known.map(({ value }) => (value.trim().includes('\n') ? value.length * 2 : 0)));
  return { text, value: (value) => walk(value, text), stream: () => openStream({ redactFrom, longest }) };
}

function replaced(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const span of spans) {
    parts.push(text.slice(at, span.start), placeholderOf(span));
    at = span.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
