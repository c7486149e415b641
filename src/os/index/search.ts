import type { DatabaseSync } from '../events/sqlite.ts';
import { EVENTS } from '../indexed-source.ts';
import { textOfEvent } from './event-words.ts';
import type { Hit, RecallFilter } from './port.ts';

/** A hit before it is known how much of its text is shown. */
export type Found = Hit & {
  /** Tells apart hits of one answer: what several rankings have in common. */
  readonly id: string;
  readonly part: number;
};

export type Search = {
  readonly match: string;
  readonly filter: RecallFilter;
  /** The best so many. */
  readonly limit: number;
};

type Row = Record<string, unknown>;
type Value = string | number;

/** Words in a title or key count so many times as those of the text. */
const TITLE_WEIGHT = 3;

/** Passages of documents, best first by BM25. */
export function searchDocuments(
  database: DatabaseSync,
  sources: readonly string[],
  { match, filter, limit }: Search,
): Found[] {
  const { where, values } = documentsOf(sources, filter);
  const sql = `
    WITH best AS MATERIALIZED (
      SELECT p.id, bm25(passage_words, ${TITLE_WEIGHT}, 1) AS rank
      FROM passage_words JOIN passages p ON p.id = passage_words.rowid JOIN documents d ON d.id = p.document
      WHERE passage_words MATCH ? AND ${where}
      ORDER BY rank, d.source, d.key, p.first, p.part LIMIT ?
    )
    SELECT p.id, p.first, p.last, p.part, p.text, d.source, d.key, d.title, best.rank
    FROM best JOIN passages p ON p.id = best.id JOIN documents d ON d.id = p.document
    ORDER BY best.rank, d.source, d.key, p.first, p.part`;
  return (database.prepare(sql).all(match, ...values, limit) as Row[]).map((row) => ({
    ...passageOf(row),
    score: scoreOf(row.rank),
  }));
}

/** A passage as a hit, whatever ranked it. */
export function passageOf(row: Row): Omit<Found, 'score'> {
  return {
    id: `passage ${row.id}`,
    part: Number(row.part),
    source: String(row.source),
    key: String(row.key),
    ...(row.title === null ? {} : { title: String(row.title) }),
    lines: { from: Number(row.first), to: Number(row.last) },
    text: String(row.text),
  };
}

/** The condition that lets documents through; `d` is their table. */
export function documentsOf(
  sources: readonly string[],
  { key_prefix: prefix, tags = [], since, until, skill, type }: RecallFilter,
): { readonly where: string; readonly values: readonly Value[] } {
  return conditions([
    ['d.source IN (SELECT value FROM json_each(?))', JSON.stringify(sources)],
    ['substr(d.key, 1, length(?)) = ?', prefix, prefix],
    ...tags.map((tag) => ['EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = ?)', tag] as const),
    ['d.ts >= ?', since],
    ['d.ts <= ?', until],
    ['d.run IN (SELECT run FROM runs WHERE skill = ?)', skill],
    ['? IS NULL', type], // documents have no type of event
  ]);
}

/** Events, best first by BM25. Their words must be in the tables. */
export function searchEvents(database: DatabaseSync, { match, filter, limit }: Search): Found[] {
  const { key_prefix: prefix, tags = [], since, until, skill, type } = filter;
  const key = `iif(e.source = '', 'project', e.source) || '/' || e.seq`;
  const { where, values } = conditions([
    [`substr(${key}, 1, length(?)) = ?`, prefix, prefix],
    ['? IS NULL', tags[0]], // events have no tags
    ['e.ts >= ?', since],
    ['e.ts <= ?', until],
    ['(e.skill = ? OR e.run IN (SELECT run FROM runs WHERE skill = ?))', skill, skill],
    ['e.type = ?', type],
  ]);
  const sql = `
    WITH best AS MATERIALIZED (
      SELECT e.id, bm25(event_words) AS rank FROM event_words JOIN events e ON e.id = event_words.rowid
      WHERE event_words MATCH ? AND ${where} ORDER BY rank, e.source, e.seq LIMIT ?
    )
    SELECT e.id, e.line, ${key} AS key, best.rank FROM best JOIN events e ON e.id = best.id
    ORDER BY best.rank, e.source, e.seq`;
  return (database.prepare(sql).all(match, ...values, limit) as Row[]).map(({ id, line, key: found, rank }) => ({
    id: `event ${id}`,
    part: 0,
    source: EVENTS,
    key: String(found),
    score: scoreOf(rank),
    text: textOfEvent(String(line)),
  }));
}

/** SQLite's BM25 is the smaller the better. Rounded, so that the last bits of a sum decide nothing. */
function scoreOf(rank: unknown): number {
  return Number((-Number(rank)).toPrecision(6));
}

type Condition = readonly [sql: string, ...values: readonly (Value | undefined)[]];

/** The conditions whose values are given, joined. */
function conditions(all: readonly Condition[]): { where: string; values: Value[] } {
  const given = all.filter(([, value]) => value !== undefined);
  return {
    where: ['1', ...given.map(([sql]) => sql)].join(' AND '),
    values: given.flatMap(([, ...values]) => values.filter((value) => value !== undefined)),
  };
}

/** Best first; among equals by source, key and line. */
export function inOrder(found: readonly Found[]): Found[] {
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  return found.toSorted(
    (a, b) =>
      compare(b.score, a.score) ||
      compare(a.source, b.source) ||
      compare(a.key, b.key) ||
      compare(a.lines?.from ?? 0, b.lines?.from ?? 0) ||
      compare(a.part, b.part),
  );
}
