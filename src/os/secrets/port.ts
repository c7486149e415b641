import type { Json } from '../json.ts';

/**
 * Takes secrets out of what is about to be kept or shown. Pure for a given set of known values: the same text gives the
 * same text, and what was redacted once is left as it is.
 */
export type Redactor = {
  /** `text` with every secret replaced by its placeholder; the very same string when there is none. */
  text(text: string): string;
  /** The same inside every string of a value, keys too; the very same value when there is none. */
  value<T extends Json>(value: T): T;
  /** Text that comes in pieces: what may be the beginning of a secret is held back until it is known. */
  stream(): { push(piece: string): string; end(): string };
};

/** Secrets a person stored under names. */
export type SecretStore = {
  /** Names, sorted. */
  names(): readonly string[];
  /** `undefined` when there is none of that name. */
  get(name: string): string | undefined;
};

/** What refers to a stored secret in an argument of an op: `${secret:NAME}`. */
export const SECRET_REFERENCE = /\$\{secret:([A-Za-z_][A-Za-z0-9_]{0,63})\}/g;
