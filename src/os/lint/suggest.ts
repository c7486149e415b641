import { distance } from 'fastest-levenshtein';

/** Names to compare with at most; a longer list is cut so that no skill can make lint slow. */
const MAX_NAMES = 2000;
const MAX_SHOWN = 20;

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
