import type { ProjectEvent, ProjectEventData } from '../events/event.ts';
import type { Line } from '../events/line.ts';
import { restoreMembers } from '../events/members.ts';
import type { Blobs } from '../events/port.ts';
import type { DatabaseSync } from '../events/sqlite.ts';
import { sha256 } from '../json.ts';
import { PROJECT } from './ingest.ts';
import { passagesOf } from './passages.ts';
import type { SourceSummary, Standing } from './port.ts';
import { inTransaction } from './tables.ts';
import { wordsOf } from './words.ts';

/** Name of the mark in `meta`: the last event of the project log that is folded into documents. */
const MARK = 'documents';
/** Events folded by one transaction: others may write between two. */
const BATCH = 20;

/**
 * Folds what the project log says of documents into the tables, from where it was left; from the start when the events
 * it was left at are no longer there. @throws CorruptLog when a text is not what was written.
 */
export function foldDocuments(database: DatabaseSync, blobs: Pick<Blobs, 'get'>): void {
  const select = database.prepare(
    `SELECT seq, line FROM events
    WHERE source = ? AND seq > ? AND type IN ('index_written', 'index_dropped') ORDER BY seq LIMIT ${BATCH}`,
  );
  const isDue = () => select.get(PROJECT, markOf(database) ?? 0) !== undefined || isLeftOver(database);
  const foldBatch = () => {
    const mark = markOf(database); // another process may have done it while this one waited
    if (mark === undefined) clear(database);
    const remove = removing(database);
    const add = adding(database);
    for (const { seq, line } of select.all(PROJECT, mark ?? 0)) {
      const event = restoreMembers(JSON.parse(String(line)) as Line, blobs) as unknown as ProjectEvent;
      if (event.type === 'index_dropped') remove(event.data.source, event.data.keys);
      if (event.type === 'index_written') {
        for (const document of event.data.documents) {
          remove(event.data.source, [document.key]);
          add(event.data.source, document, event);
        }
      }
      database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(MARK, String(seq));
    }
  };
  while (isDue()) inTransaction(database, foldBatch);
}

/** Whether there are documents of events that are gone, all of them. */
function isLeftOver(database: DatabaseSync): boolean {
  return markOf(database) === undefined && database.prepare('SELECT 1 FROM documents LIMIT 1').get() !== undefined;
}

function markOf(database: DatabaseSync): number | undefined {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').get(MARK)?.value;
  return value === undefined ? undefined : Number(value);
}

function clear(database: DatabaseSync): void {
  for (const table of ['documents', 'passages', 'passage_words']) database.exec(`DELETE FROM ${table}`);
}

type Written = ProjectEventData['index_written']['documents'][number];

function adding(database: DatabaseSync) {
  const document = database.prepare(
    'INSERT INTO documents (source, key, sha256, bytes, title, tags, run, ts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const passage = database.prepare(
    'INSERT INTO passages (document, first, last, part, text, sha256) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const words = database.prepare('INSERT INTO passage_words (rowid, title, text) VALUES (?, ?, ?)');
  return (source: string, { key, sha256: digest, text, title, tags = [] }: Written, { run, ts }: ProjectEvent) => {
    const bytes = Buffer.byteLength(text);
    const { lastInsertRowid: id } = document.run(
      ...[source, key, digest, bytes, title ?? null, JSON.stringify(tags), run ?? null, ts],
    );
    const head = wordsOf([title ?? '', key, ...tags].join(' '));
    for (const { first, last, part, text: piece } of passagesOf(text)) {
      const { lastInsertRowid } = passage.run(id, first, last, part, piece, sha256(piece));
      words.run(lastInsertRowid, head, wordsOf(piece));
    }
  };
}

function removing(database: DatabaseSync) {
  const one = database.prepare('SELECT id FROM documents WHERE source = ? AND key = ?');
  const all = database.prepare('SELECT id FROM documents WHERE source = ?');
  const remove = [
    'DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE document = ?)',
    'DELETE FROM passages WHERE document = ?',
    'DELETE FROM documents WHERE id = ?',
  ].map((sql) => database.prepare(sql));
  return (source: string, keys: readonly string[] | undefined) => {
    const found = keys === undefined ? all.all(source) : keys.flatMap((key) => one.all(source, key));
    for (const { id } of found) for (const statement of remove) statement.run(Number(id));
  };
}

/** What stands in a source, under some keys or all of them. */
export function standingIn(
  database: DatabaseSync,
  source: string,
  keys: readonly string[] | undefined,
): Map<string, Standing> {
  const only = keys === undefined ? '' : 'AND key IN (SELECT value FROM json_each(?2))';
  const values = keys === undefined ? [source] : [source, JSON.stringify(keys)];
  const rows = database
    .prepare(`SELECT key, sha256, title, tags FROM documents WHERE source = ?1 ${only} ORDER BY key`)
    .all(...values);
  return new Map(
    rows.map(({ key, sha256: digest, title, tags }) => [
      String(key),
      {
        sha256: String(digest),
        ...(title === null ? {} : { title: String(title) }),
        tags: JSON.parse(String(tags)) as string[],
      },
    ]),
  );
}

/** Every named source that holds a document, by name. */
export function namedSources(database: DatabaseSync): SourceSummary[] {
  const sql = `SELECT source, count(*) AS count, sum(bytes) AS bytes, max(ts) AS updated
    FROM documents GROUP BY source ORDER BY source`;
  return database
    .prepare(sql)
    .all()
    .map(({ source, count, bytes, updated }) => ({
      source: String(source),
      count: Number(count),
      bytes: Number(bytes),
      updated: String(updated),
    }));
}
