import { withoutHidden } from '../hidden.ts';
import type { Json } from '../json.ts';

/** Characters of other people's text that one op gives back. */
export const MAX_UNTRUSTED = 50_000;

/** Text that came from outside, as a result shows it. */
export type Untrusted = {
  readonly text: string;
  /** Says to whoever reads the result that the text is material, not orders. */
  readonly untrusted: true;
  /** Characters nobody would have seen; they are taken out. */
  readonly hidden_characters?: number;
  /** There was more of it. */
  readonly truncated?: true;
};

/** Marks text that came from outside, takes out what nobody would see in it, and cuts it to {@link MAX_UNTRUSTED}. */
export function untrusted(given: string, isCut = false): Untrusted {
  const { text, hidden } = withoutHidden(given);
  return {
    text: text.slice(0, MAX_UNTRUSTED),
    untrusted: true,
    ...(hidden === 0 ? {} : { hidden_characters: hidden }),
    ...(isCut || text.length > MAX_UNTRUSTED ? { truncated: true } : {}),
  };
}

/** A value that came from outside, keys and strings without what nobody would see, and how many characters that were. */
export function untrustedValue(given: Json): { readonly value: Json; readonly hidden: number } {
  let hidden = 0;
  const seen = (text: string) => {
    const shown = withoutHidden(text);
    hidden += shown.hidden;
    return shown.text;
  };
  const walk = (value: Json): Json => {
    if (typeof value === 'string') return seen(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [seen(key), walk(member)]));
  };
  return { value: walk(given), hidden };
}
