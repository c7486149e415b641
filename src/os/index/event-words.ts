import type { DatabaseSync } from '../events/sqlite.ts';
import { isObject } from '../json.ts';
import { inTransaction } from './tables.ts';
import { wordsOf } from './words.ts';

/** Name of the mark in `meta`: the newest event whose words are in the tables. */
const MARK = 'event_words';
/** Events whose words are put in by one transaction: others may write between two. */
const BATCH = 5_000;
/** Characters of one event that can be found and shown. */
export const MAX_EVENT = 4_000;

/**
 * Puts the words of events into the tables that came since it was last done. Done when somebody searches events, not at
 * each refresh: most readers of the log never do.
 */
export function wordEvents(database: DatabaseSync): void {
  for (let more = true; more; ) {
    if (database.prepare('SELECT 1 FROM events WHERE id > ? LIMIT 1').get(markOf(database)) === undefined) return;
    more = inTransaction(database, () => {
      const mark = markOf(database);
      const rows = database.prepare('SELECT id, line FROM events WHERE id > ? ORDER BY id LIMIT ?').all(mark, BATCH);
      const insert = database.prepare('INSERT INTO event_words (rowid, text) VALUES (?, ?)');
      for (const { id, line } of rows) insert.run(Number(id), wordsOf(textOfEvent(String(line))));
      const last = rows.at(-1)?.id ?? mark;
      database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(MARK, String(last));
      return rows.length === BATCH;
    });
  }
}

function markOf(database: DatabaseSync): number {
  return Number(database.prepare('SELECT value FROM meta WHERE key = ?').get(MARK)?.value ?? 0);
}

/** Members that say nothing to a reader: digests and the machinery of the log. */
const DIGEST = /^(?:[A-Za-z0-9_-]{43}|[0-9a-f]{64})$/;

/**
 * What can be read of an event: its type, step and data, a line each. Values that lie in blobs are named and not
 * opened, digests are left out.
 */
export function textOfEvent(line: string): string {
  const { type, step, data } = JSON.parse(line) as { type: string; step?: string; data: Record<string, unknown> };
  const { blobs, documents, ...inline } = data;
  const lines = [step === undefined ? type : `${type} ${step}`, ...Object.entries(inline).flatMap(readable)];
  if (Array.isArray(documents)) lines.push(...documents.map(({ key }) => `key: ${key}`)); // their source opens them
  if (isObject(blobs)) lines.push(...Object.keys(blobs).map((name) => `${name}: (large)`));
  const text = lines.join('\n');
  return text.length <= MAX_EVENT ? text : text.slice(0, MAX_EVENT).toWellFormed();
}

function readable([name, value]: [string, unknown]): string[] {
  if (typeof value === 'string') return DIGEST.test(value) ? [] : [`${name}: ${value}`];
  if (typeof value !== 'object') return [`${name}: ${String(value)}`];
  if (value === null) return [];
  return Object.entries(value)
    .flatMap(readable)
    .map((text) => `${name}.${text}`);
}
