import { UserError } from '../errors.ts';

/** Which events are asked for. Absent members let everything through. */
export type EventFilter = {
  readonly run?: string;
  readonly type?: string;
  readonly skill?: string;
  /** ISO 8601; both ends included. */
  readonly since?: string;
  readonly until?: string;
  /** At most so many, the newest. */
  readonly limit?: number;
};

/** A WHERE clause and its values, by number. */
export type Condition = { readonly where: string; readonly values: readonly string[] };

/** @throws UserError `usage` for a time that is none. */
export function conditionOf({ run, type, skill, since, until }: EventFilter): Condition {
  const parts = [
    { sql: 'run = ?', value: run },
    { sql: 'type = ?', value: type },
    { sql: '(skill = ? OR run IN (SELECT run FROM runs WHERE skill = ?))', value: skill },
    { sql: 'ts >= ?', value: since === undefined ? undefined : instant(since) },
    { sql: 'ts <= ?', value: until === undefined ? undefined : instant(until) },
  ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, value }]));
  const clauses = parts.map(({ sql }, i) => sql.replaceAll('?', `?${i + 1}`));
  return {
    where: parts.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`,
    values: parts.map(({ value }) => value),
  };
}

/** A time as events have it. @throws UserError `usage` for a time that is none. */
export function instant(text: string): string {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new UserError('usage', `"${text}" is not a time`, {
    hint: 'Write it like 2026-01-31 or 2026-01-31T12:00:00Z.',
  });
}
