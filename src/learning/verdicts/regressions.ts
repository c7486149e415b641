import { MOST_REPEATS, meanOf, type Pair, type Pairs, type RuleCase } from './pairs.ts';
import type { WantedRun } from './verdict.ts';

/** Repeats of a suspect case before it is judged, and fresh pairs before it is held against the candidate. */
const SUSPECT_REPEATS = 3;
const FRESH = 5;
/** Fresh pairs may be lost to infrastructure; so many are tried. */
const FRESH_TRIED = 10;
const ROUNDING = 1e-9;

/** What cases say against a candidate: runs that must be there first, or how many are confirmed. */
export type Regressions = {
  readonly wanted: readonly WantedRun[];
  readonly confirmed: number;
  readonly unsettled: number;
};

/**
 * Cases that passed and do so no more. A suspect (the candidate did worse in what is there) has three repeats first. It is
 * flagged when what is replaced has a mean of at least 2/3 and the candidate of at most 1/3, and a case that must pass as
 * soon as the candidate misses where the other never did. Flags are many where luck is; so five fresh pairs decide, with
 * means of at least .6 and at most .4.
 */
export function regressions(cases: readonly RuleCase[], pairs: Pairs, repeats: number): Regressions {
  const wanted: WantedRun[] = [];
  let confirmed = 0;
  let unsettled = 0;
  for (const each of cases) {
    const seen = pairs.of(each.case, repeats);
    if (!isSuspect(each, seen)) continue;
    const more = unrun(each.case, pairs, 0, SUSPECT_REPEATS);
    if (more.length > 0) {
      wanted.push(...more);
      continue;
    }
    if (!isFlagged(each, pairs.of(each.case, Math.max(repeats, SUSPECT_REPEATS)))) continue;
    const fresh = freshPairs(each.case, pairs);
    wanted.push(...fresh.wanted);
    if (fresh.wanted.length > 0) continue;
    if (fresh.pairs.length < FRESH) unsettled += 1;
    else if (meansOf(fresh.pairs, 0.6, 0.4)) confirmed += 1;
  }
  return { wanted, confirmed, unsettled };
}

function isSuspect({ mustPass }: RuleCase, seen: readonly Pair[]): boolean {
  if (seen.length === 0) return false;
  const [a, b] = [meanOf(seen.map((pair) => pair.a.score)), meanOf(seen.map((pair) => pair.b.score))];
  return b < a - ROUNDING || (mustPass && missesAnew(seen));
}

function isFlagged({ mustPass }: RuleCase, seen: readonly Pair[]): boolean {
  return meansOf(seen, 2 / 3, 1 / 3) || (mustPass && missesAnew(seen));
}

function missesAnew(seen: readonly Pair[]): boolean {
  return seen.some(({ b }) => !passed(b)) && seen.every(({ a }) => passed(a));
}

export function passed({ pass, score }: Pair['a']): boolean {
  return pass ?? score >= 0.5;
}

function meansOf(seen: readonly Pair[], least: number, most: number): boolean {
  if (seen.length === 0) return false;
  const a = meanOf(seen.map((pair) => pair.a.score));
  const b = meanOf(seen.map((pair) => pair.b.score));
  return a >= least - ROUNDING && b <= most + ROUNDING;
}

/** Fresh repeats stand behind those of the looks, so that no look counts them. */
function freshPairs(name: string, pairs: Pairs): { pairs: readonly Pair[]; wanted: readonly WantedRun[] } {
  for (let tried = FRESH; ; tried++) {
    const wanted = unrun(name, pairs, MOST_REPEATS, MOST_REPEATS + tried);
    const found = pairs.of(name, MOST_REPEATS + tried, MOST_REPEATS);
    if (wanted.length > 0 || found.length >= FRESH || tried === FRESH_TRIED) return { pairs: found, wanted };
  }
}

/** Runs of a case that are not there yet. */
export function unrun(name: string, pairs: Pairs, from: number, to: number): readonly WantedRun[] {
  const wanted: WantedRun[] = [];
  for (let repeat = from; repeat < to; repeat++) {
    for (const arm of ['a', 'b'] as const) {
      const run = { case: name, arm, repeat };
      if (!pairs.has(run)) wanted.push(run);
    }
  }
  return wanted;
}
