import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { type DatabaseSync, loadSqlite, SQLITE, sqliteCode } from './sqlite.ts';

/**
 * Locks between processes, by name, each released by the operating system when its holder dies.
 *
 * L1. `take` never waits. Waiting is polling, outside the lock.
 * L2. Nothing is awaited while the project lock is held, so one process can never wait for itself.
 * L3. An owner's lock is created, and the locks of the dead are swept, only under the project lock: nobody sweeps a
 *     file between its creation and its locking.
 * L4. No other code of the process opens a lock file: POSIX drops a process's locks on a file when it closes any
 *     descriptor of it. SQLite knows this and guards its own connections.
 */
export type Locks = {
  /** The lock, or `undefined` when somebody holds it. */
  take(name: string): Held | undefined;
  /** Whether somebody holds it, this process included. Asking disturbs nobody. */
  held(name: string): boolean;
  names(): string[];
  /** Removes the lock's file. Only for one that is free for ever, under the project lock, or one's own. */
  forget(name: string): void;
};

export type Held = { release(): void };

/** Guards the project log and the change of a run's owner. */
export const PROJECT_LOCK = 'project';

/** Held by a process as long as it may own runs. */
export function ownerLock(owner: string): string {
  return `owner-${owner}`;
}

const PATIENCE_MS = 5_000;

function tooLong(name: string, patience: number): UserError {
  return new UserError('busy', `the ${name} lock of this project was held by others for ${patience / 1000} s`, {
    hint: 'Wait for the other process to finish, or stop it, and try again.',
  });
}

/** Runs `work` under a lock. @throws UserError `busy` after `patience` milliseconds of waiting. */
export async function withLock<T>(locks: Locks, name: string, work: () => T, patience = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    const held = locks.take(name);
    if (held !== undefined) return releasing(held, work);
    if (performance.now() >= until) throw tooLong(name, patience);
    await sleep(1 + Math.random() * 4);
  }
}

/** The same for what cannot wait asynchronously: holds up the whole process while it waits. */
export function withLockNow<T>(locks: Locks, name: string, work: () => T, patience = PATIENCE_MS): T {
  const until = performance.now() + patience;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const held = locks.take(name);
    if (held !== undefined) return releasing(held, work);
    if (performance.now() >= until) throw tooLong(name, patience);
    Atomics.wait(cell, 0, 0, 1 + Math.random() * 4);
  }
}

function releasing<T>(held: Held, work: () => T): T {
  try {
    return work();
  } finally {
    held.release();
  }
}

type Connection = { readonly database: DatabaseSync; readonly inode: number | undefined };

function inodeOf(path: string): number | undefined {
  return fs.statSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * Locks as exclusive transactions on empty SQLite databases in `dir`: an operating-system lock on every platform,
 * without a child process. The journal is kept in memory, so that a lock is one empty file and leaves nothing behind.
 */
export function sqliteLocks(dir: string): Locks {
  const pathOf = (name: string) => join(dir, name);

  function refused(name: string, error: unknown): UserError {
    const message = error instanceof Error ? error.message : String(error);
    const file = pathOf(name);
    return new UserError('disk', `cannot lock ${file}: ${message}`, { where: { file }, cause: error });
  }

  /** Connections kept for the next time: opening one costs more than all else a lock does. */
  const idle = new Map<string, Connection>();

  /** One that is kept, if it is still to the file that has the name; else a new one. */
  function connect(name: string): Connection {
    const kept = idle.get(name);
    idle.delete(name);
    if (kept !== undefined && kept.inode === inodeOf(pathOf(name))) return kept;
    kept?.database.close();
    const { DatabaseSync } = loadSqlite();
    const database = new DatabaseSync(pathOf(name));
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    return { database, inode: inodeOf(pathOf(name)) };
  }

  function letGo(name: string, connection: Connection): void {
    connection.database.exec('ROLLBACK');
    if (idle.has(name)) connection.database.close();
    else idle.set(name, connection);
  }

  return {
    take(name) {
      let database: DatabaseSync | undefined;
      try {
        const connection = connect(name);
        database = connection.database;
        database.exec('BEGIN EXCLUSIVE');
        return { release: () => letGo(name, connection) };
      } catch (error) {
        database?.close();
        if (sqliteCode(error) === SQLITE.busy) return undefined;
        throw refused(name, error);
      }
    },
    held(name) {
      if (!fs.existsSync(pathOf(name))) return false;
      const { DatabaseSync } = loadSqlite();
      let database: DatabaseSync | undefined;
      try {
        // A shared lock is refused while somebody holds the exclusive one, and two who ask do not see each other.
        database = new DatabaseSync(pathOf(name), { readOnly: true });
        database.exec('SELECT count(*) FROM sqlite_schema');
        return false;
      } catch (error) {
        const code = sqliteCode(error);
        if (code === SQLITE.busy) return true;
        if (code === SQLITE.cantOpen) return false;
        throw refused(name, error);
      } finally {
        database?.close();
      }
    },
    names: () => (fs.existsSync(dir) ? fs.readdirSync(dir).sort() : []),
    forget(name) {
      idle.get(name)?.database.close();
      idle.delete(name);
      fs.rmSync(pathOf(name), { force: true });
    },
  };
}
