import { randomBytes } from 'node:crypto';
import { sha256 } from './json.ts';

/** Crockford's base 32, lower case: no i, l, o, u, so an id can be read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Source of fresh ids, a port: random in the product, seeded in tests. An id is 10 characters, 50 bits. */
export type Ids = { next(): string };

function encode(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 10), (byte) => ALPHABET[byte & 31]).join('');
}

export const randomIds: Ids = { next: () => encode(randomBytes(10)) };

/** The id that follows from `parts` alone, e.g. of a child run from its parent and step: the same parts, the same id. */
export function derivedId(...parts: string[]): string {
  return encode(Buffer.from(sha256(parts.join('\0')), 'hex'));
}

/** Ids that repeat with the seed. For tests and worlds. */
export function seededIds(seed: string): Ids {
  let n = 0;
  return { next: () => derivedId('seeded', seed, String(n++)) };
}

/** Whether `text` has the form of an id or of a prefix of one. */
export function isIdPrefix(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{1,10}$/.test(text);
}
