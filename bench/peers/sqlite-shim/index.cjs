'use strict';
/*
 * What LangGraph's SQLite checkpointer calls of better-sqlite3, over node:sqlite: better-sqlite3 is a native addon, and
 * there is not always a build of it for the Node the benchmarks run on. Settings are those better-sqlite3 is built
 * with: in WAL mode a commit is not flushed (`synchronous = NORMAL`).
 */
const { DatabaseSync } = require('node:sqlite');

/** better-sqlite3 binds `undefined` as NULL. */
const bindable = (value) => (value === undefined ? null : value);

class Database {
  constructor(path) {
    this.db = new DatabaseSync(path);
    this.db.exec('PRAGMA synchronous = NORMAL');
    this.inTransaction = false;
  }

  pragma(text) {
    return this.db.prepare(`PRAGMA ${text}`).all();
  }

  exec(sql) {
    this.db.exec(sql);
    return this;
  }

  prepare(sql) {
    const statement = this.db.prepare(sql);
    return {
      run: (...values) => statement.run(...values.map(bindable)),
      get: (...values) => statement.get(...values.map(bindable)),
      all: (...values) => statement.all(...values.map(bindable)),
    };
  }

  transaction(act) {
    return (...args) => {
      if (this.inTransaction) return act(...args);
      this.db.exec('BEGIN');
      this.inTransaction = true;
      try {
        const result = act(...args);
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        this.db.exec('ROLLBACK');
        throw error;
      } finally {
        this.inTransaction = false;
      }
    };
  }

  close() {
    this.db.close();
  }
}

module.exports = Database;
