import { type Disk, nodeDisk } from '../disk.ts';
import { UserError } from '../errors.ts';
import { blobReader } from '../events/blobs.ts';
import type { ProjectEvent, RunEvent } from '../events/event.ts';
import { layoutOf } from '../events/layout.ts';
import type { Line } from '../events/line.ts';
import { restoreMembers } from '../events/members.ts';
import { eventsOf, readRunFile } from '../events/run-read.ts';
import type { DatabaseSync } from '../events/sqlite.ts';
import { foldDocuments } from './documents.ts';
import { conditionOf, type EventFilter } from './filter.ts';
import { ingest } from './ingest.ts';
import {
  asDiskError,
  inTransaction,
  isBusy,
  isDamaged,
  isStale,
  type Opened,
  openTables,
  removeTables,
} from './tables.ts';

/**
 * An index over the logs, in `.reyn/index.db`, for reading many runs without reading many files, and for finding words
 * in events and documents.
 *
 * X1. It holds no fact of its own. Deleted, damaged or of another version, it is made anew from the logs. Vectors are
 *     the one thing that costs somebody else's work to make anew; they too follow from texts in the logs.
 * X2. Only readers write it, each as it refreshes. An op that looks something up is such a reader. What an op changes
 *     is an event of the project log, and reaches this file with the next reader's refresh.
 * X3. It answers as of the last `refresh`.
 */
export type Index<S> = {
  /** Brings the index up to date: costs a look at each log file, and reading what was added. */
  refresh(): void;
  /** Events in order of time; with a limit the newest. @throws UserError `usage` for a time that is none. */
  events(filter: EventFilter): (RunEvent | ProjectEvent)[];
  /** Newest first. Summaries are made for runs that changed and kept for those that did not. */
  runs(): IndexedRun<S>[];
  /** Runs whose id begins so, newest first. */
  runIdsByPrefix(prefix: string): string[];
  /** The run started last that no other run started. */
  latestRun(): string | undefined;
  /**
   * For the other modules of this room: works on the tables, documents folded. May be called again after the tables were
   * made anew. @throws CorruptLog when a document is not what was written.
   */
  within<T>(work: (database: DatabaseSync) => T): T;
  close(): void;
};

export type IndexedRun<S> = {
  readonly run: string;
  readonly skill: string;
  readonly version: string;
  readonly parent: string | undefined;
  /** ISO 8601, of its first and its newest event. */
  readonly started: string;
  readonly updated: string;
  readonly events: number;
  /** Absent when the log could not be read: `fault` says why. */
  readonly summary: S | undefined;
  readonly fault: string | undefined;
};

export type IndexOptions<S> = {
  /** The project root, absolute. */
  readonly root: string;
  /** Folds a run's events into what a list of runs shows. The result must be JSON. */
  readonly summarize: (events: readonly RunEvent[]) => S;
  /** Names the form of summaries: those of another form are made anew. */
  readonly form: string;
  readonly disk?: Disk;
};

type Row = Record<string, unknown>;

export function openIndex<S>({ root, summarize, form, disk = nodeDisk }: IndexOptions<S>): Index<S> {
  const layout = layoutOf(root);
  const blobs = blobReader(disk, layout);
  let opened: Opened | undefined;

  function tables(): Opened {
    opened ??= checkForm(openTables(layout));
    return opened;
  }

  function checkForm(fresh: Opened): Opened {
    const { database } = fresh;
    const known = database.prepare("SELECT value FROM meta WHERE key = 'form'").get()?.value;
    if (known === form) return fresh;
    inTransaction(database, () => {
      database.prepare("INSERT OR REPLACE INTO meta VALUES ('form', ?)").run(form);
      database.exec('UPDATE runs SET summary = NULL');
    });
    return fresh;
  }

  function close(): void {
    opened?.database.close();
    opened = undefined;
  }

  function refreshOnce(): void {
    if (opened !== undefined && isStale(layout, opened)) close();
    ingest(tables().database, disk, layout);
  }

  /** Whatever is wrong with the file, the logs are not: begin anew, once. */
  function mending<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (isBusy(error)) throw new UserError('busy', 'the index is being written by other processes', { cause: error });
      if (!isDamaged(error)) throw asDiskError(error);
      close();
      removeTables(layout);
      refreshOnce();
      return act();
    }
  }

  const all = (sql: string, ...values: readonly (string | number)[]) =>
    tables()
      .database.prepare(sql)
      .all(...values) as Row[];

  function eventsOnce(filter: EventFilter): (RunEvent | ProjectEvent)[] {
    const { where, values } = conditionOf(filter);
    const limit = filter.limit ?? -1; // SQLite: no limit
    const sql = `SELECT line FROM events ${where} ORDER BY ts DESC, source DESC, seq DESC LIMIT ?${values.length + 1}`;
    return all(sql, ...values, limit)
      .reverse()
      .map(({ line }) => restoreMembers(JSON.parse(String(line)) as Line, blobs) as unknown as RunEvent | ProjectEvent);
  }

  function runsOnce(): IndexedRun<S>[] {
    const rows = all('SELECT * FROM runs ORDER BY started DESC, run DESC');
    const { database } = tables();
    const keep = database.prepare('UPDATE runs SET summary = ? WHERE run = ? AND events = ?');
    const missing = rows.filter(({ summary }) => summary === null);
    const made = new Map(missing.map(({ run }) => [run, summaryOf(String(run))]));
    if (missing.length > 0) {
      inTransaction(database, () => {
        for (const { run, events } of missing) {
          const summary = made.get(run)?.summary;
          if (summary !== undefined) keep.run(JSON.stringify(summary), String(run), Number(events));
        }
      });
    }
    return rows.map((row) => ({
      run: String(row.run),
      skill: String(row.skill),
      version: String(row.version),
      parent: row.parent === null ? undefined : String(row.parent),
      started: String(row.started),
      updated: String(row.updated),
      events: Number(row.events),
      summary: row.summary === null ? made.get(row.run)?.summary : (JSON.parse(String(row.summary)) as S),
      fault: row.fault === null ? made.get(row.run)?.fault : String(row.fault),
    }));
  }

  /** A run that cannot be read must not hide the others. */
  function summaryOf(run: string): { summary?: S; fault?: string } {
    try {
      return { summary: summarize(eventsOf(readRunFile(disk, layout, run), blobs)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { fault: error.message };
    }
  }

  return {
    refresh: () => mending(refreshOnce),
    events: (filter) => mending(() => eventsOnce(filter)),
    runs: () => mending(runsOnce),
    runIdsByPrefix(prefix) {
      const sql = 'SELECT run FROM runs WHERE substr(run, 1, ?) = ? ORDER BY started DESC, run DESC';
      return mending(() => all(sql, prefix.length, prefix).map(({ run }) => String(run)));
    },
    latestRun() {
      const sql = 'SELECT run FROM runs WHERE parent IS NULL ORDER BY started DESC, run DESC LIMIT 1';
      const [row] = mending(() => all(sql));
      return row === undefined ? undefined : String(row.run);
    },
    within: (work) =>
      mending(() => {
        const { database } = tables();
        foldDocuments(database, blobs);
        return work(database);
      }),
    close,
  };
}
