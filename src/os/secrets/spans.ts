/** A part of a text that holds a secret. */
export type Span = {
  readonly start: number;
  readonly end: number;
  /** What a reader is told it was: a kind, or the name of a known secret. */
  readonly label: string;
  /** Which label stands when spans meet; the lowest wins. */
  readonly rank: number;
  /** The secret itself, freed of the encoding it stands in: equal secrets get equal placeholders. */
  readonly value: string;
};

/** Ranks of labels: what is known by name says most, what is only called a secret says least. */
export const RANK = { known: 0, privateKey: 1, token: 2, header: 3, named: 4, encoded: 5 } as const;

export type Report = (span: Span) => void;

/** Spans in order, those that overlap joined into one that covers both. */
export function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || a.rank - b.rank)) {
    const last = all.at(-1);
    if (last === undefined || span.start >= last.end) {
      all.push(span);
      continue;
    }
    const better = span.rank < last.rank ? span : last;
    all[all.length - 1] = { ...better, start: last.start, end: Math.max(last.end, span.end) };
  }
  return all;
}

/** What of `spans` lies outside of `kept`, both in order. */
export function outside(spans: readonly Span[], kept: readonly { start: number; end: number }[]): Span[] {
  if (kept.length === 0) return [...spans];
  const left: Span[] = [];
  let first = 0;
  for (const span of spans) {
    while ((kept[first]?.end ?? span.end) <= span.start) first++;
    let start = span.start;
    for (let i = first; ; i++) {
      const keep = kept[i];
      if (keep === undefined || keep.start >= span.end) break;
      if (keep.start > start) left.push({ ...span, start, end: keep.start });
      start = Math.max(start, keep.end);
    }
    if (start < span.end) left.push({ ...span, start });
  }
  return left;
}
