import { digest, type Json } from '../../os/json.ts';
import type { EvalCase } from './case.ts';

/** Characters of an input that are looked at: what is longer is told apart by its beginning. */
const LOOKED_AT = 20_000;
const GRAM = 5;
const LIKE = 0.8;

/**
 * Cluster of each case, by its id. Cases are of one cluster when their author says so (`cluster`), or when their inputs
 * are alike: the sets of 5-grams of characters (case and white space set aside) have a Jaccard index of at least .8.
 * Likeness carries on: a case that is like two others joins them. Two clusters that the author named stay two, unless a
 * case without a name is like both.
 *
 * A cluster is named after its first case, or as the author named it: more cases behind it change no name.
 */
export function clustersOf(cases: readonly Pick<EvalCase, 'id' | 'input' | 'cluster'>[]): ReadonlyMap<string, string> {
  const above = cases.map((_, at) => at);
  const top = (at: number): number => {
    let root = at;
    while (above[root] !== root) root = above[root] as number;
    for (let next = at; next !== root; ) {
      const up = above[next] as number;
      above[next] = root;
      next = up;
    }
    return root;
  };
  /** The first of all in a cluster stays its top. */
  const join = (one: number, other: number) => {
    const [a, b] = [top(one), top(other)];
    above[Math.max(a, b)] = Math.min(a, b);
  };
  const named = new Map<string, number>();
  for (const [at, { cluster }] of cases.entries()) {
    if (cluster === undefined) continue;
    const first = named.get(cluster);
    if (first === undefined) named.set(cluster, at);
    else join(first, at);
  }
  const texts = cases.map(({ input }) => comparedText(input));
  const isSettled = (one: number, other: number) =>
    top(one) === top(other) || (cases[one]?.cluster !== undefined && cases[other]?.cluster !== undefined);
  eachAlike(texts.map(gramsOf), isSettled, join);
  return new Map(
    cases.map(({ id }, at) => {
      const root = top(at);
      const given = cases[root]?.cluster;
      return [id, given === undefined ? `like:${digest(texts[root] ?? '').slice(0, 16)}` : `named:${given}`];
    }),
  );
}

/** What is compared of an input: the texts and numbers in it, one below the other, in small letters. */
export function comparedText(input: Json): string {
  return leaves(input).join('\n').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function leaves(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(leaves);
}

/** The 5-grams of a text; a shorter one is a gram by itself. */
export function gramsOf(text: string): ReadonlySet<string> {
  const seen = text.slice(0, LOOKED_AT);
  if (seen.length <= GRAM) return new Set([seen]);
  const grams = new Set<string>();
  for (let at = 0; at + GRAM <= seen.length; at++) grams.add(seen.slice(at, at + GRAM));
  return grams;
}

/**
 * Calls `found` for pairs of sets with a Jaccard index of at least `LIKE`. Exact, and quick where few are alike: of two
 * such sets the rarest grams of each, 1 in 5 of them and one more, have one in common (prefix filter of Chaudhuri et al.,
 * "A primitive operator for similarity joins", 2006), so only sets that share a rare gram are compared.
 * @param isSettled whether nothing would come of comparing the two.
 */
function eachAlike(
  sets: readonly ReadonlySet<string>[],
  isSettled: (one: number, other: number) => boolean,
  found: (one: number, other: number) => void,
): void {
  const counts = new Map<string, number>();
  for (const set of sets) for (const gram of set) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const rare = new Map<string, number[]>();
  for (const [at, set] of sets.entries()) {
    const prefix = set.size - Math.ceil(LIKE * set.size) + 1;
    const shared = [...set].filter((gram) => (counts.get(gram) ?? 0) > 1);
    // A gram that nobody else has is the rarest, and leads to nobody.
    const left = prefix - (set.size - shared.length);
    if (left <= 0) continue;
    const rarest = shared
      .sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || (a < b ? -1 : 1))
      .slice(0, left);
    const compared = new Set<number>();
    for (const gram of rarest) {
      const others = rare.get(gram) ?? [];
      if (others.length === 0) rare.set(gram, others);
      for (const other of others) {
        if (compared.has(other)) continue;
        compared.add(other);
        if (!isSettled(other, at) && isAlike(set, sets[other] as ReadonlySet<string>)) found(other, at);
      }
      others.push(at);
    }
  }
}

function isAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  if (small.size < LIKE * large.size) return false;
  let both = 0;
  for (const gram of small) if (large.has(gram)) both++;
  return both >= LIKE * (a.size + b.size - both) - 1e-9;
}
