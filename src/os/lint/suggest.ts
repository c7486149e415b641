import { distance } from 'fastest-levenshtein';

/** Names to compare with at most; a longer list is cut so that no skill can make lint slow. */
const MAX_NAMES = 2000;

/** The name nearest to `wrong`, when it is near enough to be what was meant: a third of its letters may differ. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(wrong.length / 3));
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

/** `a, b and c`, each in quotes; `none` when there are none. */
export function listed(names: Iterable<string>, word: 'and' | 'or' = 'and'): string {
  const quoted = [...names].map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return 'none';
  return quoted.length === 0 ? last : `${quoted.join(', ')} ${word} ${last}`;
}
