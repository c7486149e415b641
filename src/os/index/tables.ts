import fs from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Layout } from '../events/layout.ts';
import { type DatabaseSync, loadSqlite, SQLITE, sqliteCode } from '../events/sqlite.ts';

/** Grows with every change of the tables; an index of another version is made anew. */
const VERSION = 2;

/**
 * How words are told apart: English endings, case and accents do not count; marks belong to the letter before them, so
 * that the words of Indic scripts stay whole. What has no spaces between words comes as pairs of letters, see `words`.
 */
const TOKENS = `tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"`;

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE files (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL, stamp REAL NOT NULL,     -- of the file when it was read
    done INTEGER NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, hash TEXT NOT NULL  -- how far it is in here
  );
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,            -- never given twice: words of events go by it
    source TEXT NOT NULL,                            -- the run whose log it stands in; '' for the project log
    seq INTEGER NOT NULL, run TEXT, type TEXT NOT NULL, ts TEXT NOT NULL, step TEXT, skill TEXT,
    line TEXT NOT NULL,
    UNIQUE (source, seq)
  );
  CREATE INDEX events_run ON events (run, ts);
  CREATE INDEX events_type ON events (type, ts);
  CREATE INDEX events_ts ON events (ts);
  CREATE INDEX events_skill ON events (skill, ts);
  CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    skill TEXT NOT NULL, version TEXT NOT NULL, parent TEXT,
    started TEXT NOT NULL, updated TEXT NOT NULL, events INTEGER NOT NULL,
    fault TEXT,                                      -- why its log could be read only so far
    summary TEXT                                     -- NULL until somebody asks
  );
  CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL, key TEXT NOT NULL,
    sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,    -- of the text
    title TEXT, tags TEXT NOT NULL,                  -- a JSON list
    run TEXT, ts TEXT NOT NULL,                      -- who wrote it, and when
    UNIQUE (source, key)
  );
  CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, part INTEGER NOT NULL,  -- lines from 1; which part of one long line
    text TEXT NOT NULL, sha256 TEXT NOT NULL
  );
  CREATE INDEX passages_document ON passages (document);
  CREATE VIRTUAL TABLE passage_words USING fts5 (title, text, ${TOKENS});
  CREATE VIRTUAL TABLE event_words USING fts5 (text, ${TOKENS});
  CREATE TABLE vectors (model TEXT NOT NULL, sha256 TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, sha256));

  -- What was made of events goes with them, whoever takes them out.
  CREATE TRIGGER documents_gone AFTER DELETE ON events WHEN OLD.type IN ('index_written', 'index_dropped') BEGIN
    DELETE FROM meta WHERE key = 'documents';
  END;
  CREATE TRIGGER event_words_gone AFTER DELETE ON events BEGIN
    DELETE FROM event_words WHERE rowid = OLD.id;
  END;
`;

/** An index file that is open, and how to tell that its name still stands for it. */
export type Opened = { readonly database: DatabaseSync; readonly inode: number | undefined };

function indexPath(layout: Layout): string {
  return join(layout.home, 'index.db');
}

/** Opens the index file, made anew where it is absent or of another version; in memory where no file can be had. */
export function openTables(layout: Layout): Opened {
  const { DatabaseSync } = loadSqlite();
  let database: DatabaseSync | undefined;
  if (fs.existsSync(layout.home)) {
    try {
      database = new DatabaseSync(indexPath(layout), { timeout: 5_000 });
      createTables(database);
      return { database, inode: inodeNow(layout) };
    } catch (error) {
      database?.close();
      if (!isUnwritable(error)) throw error;
    }
  }
  const inMemory = new DatabaseSync(':memory:');
  createTables(inMemory);
  return { database: inMemory, inode: inodeNow(layout) };
}

function isUnwritable(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.cantOpen || code === SQLITE.readOnly || code === SQLITE.full;
}

function createTables(database: DatabaseSync): void {
  database.exec('PRAGMA synchronous = NORMAL');
  if (versionOf(database) === VERSION) return;
  inTransaction(database, () => {
    if (versionOf(database) === VERSION) return; // somebody else was faster
    for (const name of tablesOf(database)) database.exec(`DROP TABLE IF EXISTS "${name}"`);
    database.exec(TABLES);
    database.exec(`PRAGMA user_version = ${VERSION}`);
  });
}

/** Virtual tables first: they take their own tables with them. SQLite's own cannot be dropped. */
function tablesOf(database: DatabaseSync): string[] {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
    ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC`;
  return database
    .prepare(sql)
    .all()
    .map(({ name }) => String(name));
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.user_version;
}

/** Runs `work` as one transaction that keeps other writers out from its start. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether the index file was removed or replaced since it was opened. */
export function isStale(layout: Layout, { inode }: Opened): boolean {
  return inodeNow(layout) !== inode;
}

function inodeNow(layout: Layout): number | undefined {
  return fs.statSync(indexPath(layout), { throwIfNoEntry: false })?.ino;
}

/** Whether an error says that the index file itself is damaged. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase || code === SQLITE.error;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.busy;
}

/** What SQLite could not do is the disk's fault; any other error is what it is. */
export function asDiskError(error: unknown): unknown {
  if (!(error instanceof Error) || sqliteCode(error) === undefined) return error;
  return new UserError('disk', `the index cannot be used: ${error.message}`, { cause: error });
}

export function removeTables(layout: Layout): void {
  fs.rmSync(indexPath(layout), { force: true });
  fs.rmSync(`${indexPath(layout)}-journal`, { force: true });
}
