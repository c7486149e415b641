import { InvalidArgumentError } from 'commander';

/** An option that counts: 0, 1, 2, … */
export function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}

/** An option that measures: 0 or more. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('It must be a number, 0 or more.');
  }
  return value;
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A point in time as ISO 8601: a date, or how long ago (`90s`, `10m`, `2h`, `3d`). */
export function moment(text: string): string {
  const ago = /^(\d+)([smhd])$/.exec(text);
  const ms = ago === null ? Date.parse(text) : Date.now() - Number(ago[1]) * 1000 * UNITS[ago[2] as keyof typeof UNITS];
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a date (2026-03-01, 2026-03-01T09:30Z) or 10m, 2h, 3d.');
  return new Date(ms).toISOString();
}
