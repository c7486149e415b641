import { type Json, sha256 } from '../json.ts';
import { isRandom } from './plausible.ts';
import { RANK, type Span } from './spans.ts';

/** A placeholder, or a reference to a stored secret: neither is ever redacted. */
const KEPT = /\[secret:[\w.:-]{1,160}\]|\$\{secret:[A-Za-z_]\w{0,63}\}/g;

const PLACEHOLDER = /\[secret:[\w.:-]{1,160}\]/;

/** Values that many people would try; their kind is told and no tag, whatever their length. */
const GUESSABLE = new Set(['password', 'url_password', 'basic_auth', 'cookie']);
const TAGGED_LENGTH = 20;
const TAG_DIGITS = 4;

/**
 * What stands for a secret: `[secret:NAME]` for one known by name, else `[secret:kind:tag]`.
 *
 * The tag is the same for the same secret, in every process, so that a reader can tell two apart. It has 16 bits of a
 * SHA-256: too few to find a value by. Where a list of likely values could be tried against it, that is for passwords
 * and anything short or regular, there is no tag.
 */
export function placeholderOf({ label, rank, value }: Span): string {
  if (rank === RANK.known || GUESSABLE.has(label)) return `[secret:${label}]`;
  if (value.length < TAGGED_LENGTH || !isRandom(value)) return `[secret:${label}]`;
  return `[secret:${label}:${sha256(`reyn placeholder\0${value}`).slice(0, TAG_DIGITS)}]`;
}

/**
 * Whether any string or key of a value holds a placeholder: what was redacted cannot be acted upon, since a placeholder
 * would be written or sent in place of the secret. References to stored secrets are none.
 */
export function hasPlaceholder(value: Json): boolean {
  const stack: Json[] = [value];
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    if (typeof current === 'string') {
      if (PLACEHOLDER.test(current)) return true;
    } else if (typeof current === 'object' && current !== null) {
      if (!Array.isArray(current)) stack.push(...Object.keys(current));
      for (const member of Object.values(current)) stack.push(member);
    }
  }
  return false;
}

/** Where placeholders and references stand. */
export function keptIn(text: string): { start: number; end: number }[] {
  if (!text.includes('secret:')) return [];
  return [...text.matchAll(KEPT)].map((found) => ({ start: found.index, end: found.index + found[0].length }));
}
