import { distance } from 'fastest-levenshtein';

/** Names to compare with at most; a longer list is cut so that no file can make a message slow. */
const MAX_NAMES = 2000;
const MAX_LENGTH = 100;
const MAX_SHOWN = 20;

/**
 * The name that `wrong` may have been meant to be: the first of the nearest, when a third of the letters differ or
 * fewer (two of five, one of less). Upper and lower case are the same.
 */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  if (wrong.length > MAX_LENGTH) return undefined;
  const limit = wrong.length < 5 ? 1 : Math.max(2, Math.floor(wrong.length / 3));
  let best: { name: string; far: number } | undefined;
  let left = MAX_NAMES;
  for (const name of names) {
    if (left-- === 0) break;
    if (Math.abs(name.length - wrong.length) > limit) continue;
    const far = distance(wrong.toLowerCase(), name.toLowerCase());
    if (far <= limit && (best === undefined || far < best.far)) best = { name, far };
  }
  return best?.name;
}

/** ` (did you mean "x"?)`, or nothing. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const name = nearest(wrong, names);
  return name === undefined ? '' : ` (did you mean "${name}"?)`;
}

/** What to write instead of `wrong`: `"x"` when one name is near, else `one of x, y, z`. */
export function oneOf(wrong: string, names: readonly string[]): string {
  const name = nearest(wrong, names);
  return name === undefined ? `one of ${some(names)}` : `"${name}"`;
}

/** The first names, and how many more there are: a message stays readable however long the list. */
export function some(names: readonly string[]): string {
  const rest = names.length - MAX_SHOWN;
  return rest <= 1 ? names.join(', ') : `${names.slice(0, MAX_SHOWN).join(', ')} and ${rest} more`;
}

/** `"a", "b" and "c"`; `none` when there are none. */
export function listed(names: Iterable<string>, word: 'and' | 'or' = 'and'): string {
  const quoted = [...names].map((name) => `"${name}"`);
  if (quoted.length > MAX_SHOWN) return some(quoted);
  const last = quoted.pop();
  if (last === undefined) return 'none';
  return quoted.length === 0 ? last : `${quoted.join(', ')} ${word} ${last}`;
}
