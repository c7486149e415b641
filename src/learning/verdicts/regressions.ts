import { MOST_REPEATS, meanOf, type Pair, type Pairs, type RuleCase } from './pairs.ts';
import type { WantedRun } from './verdict.ts';

/** Repeats of a suspect case before it is judged, and fresh pairs before it is held against the candidate. */
const SUSPECT_REPEATS = 3;
const FRESH = 5;
/** Fresh pairs may be lost to infrastructure; so many are tried. */
const FRESH_TRIED = 10;
/** An ordinary case is confirmed by so many rounds of fresh pairs, one that must pass by a single one. */
const ROUNDS = 3;
const ROUNDING = 1e-9;

/** What cases say against a candidate: runs that must be there first, or how many are confirmed. */
export type Regressions = {
  readonly wanted: readonly WantedRun[];
  readonly confirmed: number;
  readonly unsettled: number;
};

/**
 * Cases that passed and do so no more. Suspects have three repeats first: those in which the candidate did worse in what
 * is there, and all that must pass. A case is flagged when what is replaced has a mean of at least 2/3 and the candidate
 * of at most 1/3; one that must pass also when the candidate misses where the other never did.
 *
 * Flags are many where luck is, so fresh pairs decide: five, with means of at least .6 and at most .4. A case that passes
 * half of the time in both arms comes to that in a quarter of all rounds, and of a hundred such cases some always would.
 * Hence an ordinary case needs three rounds in a row (one in 64 by luck); one that must pass, which is rarely left to
 * luck, a single one.
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
    const so = freshPairs(each.case, pairs, each.mustPass ? 1 : ROUNDS);
    if (so.now === 'runs') wanted.push(...so.wanted);
    else if (so.now === 'confirmed') confirmed += 1;
    else if (so.now === 'unsettled') unsettled += 1;
  }
  return { wanted, confirmed, unsettled };
}

function isSuspect({ mustPass }: RuleCase, seen: readonly Pair[]): boolean {
  if (seen.length === 0) return false;
  return mustPass || meanOf(seen.map(({ a, b }) => b.score - a.score)) < -ROUNDING;
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

type Fresh =
  | { readonly now: 'runs'; readonly wanted: readonly WantedRun[] }
  | { readonly now: 'confirmed' | 'cleared' | 'unsettled' };

/** Fresh repeats stand behind those of the looks, so that no look counts them. */
function freshPairs(name: string, pairs: Pairs, times: number): Fresh {
  for (let time = 0, from = MOST_REPEATS; time < times; time++) {
    let to = from + FRESH;
    for (;;) {
      const wanted = unrun(name, pairs, from, to);
      if (wanted.length > 0) return { now: 'runs', wanted };
      const found = pairs.of(name, to, from);
      if (found.length >= FRESH) {
        if (!meansOf(found, 0.6, 0.4)) return { now: 'cleared' };
        break;
      }
      if (to - from === FRESH_TRIED) return { now: 'unsettled' };
      to += 1;
    }
    from = to;
  }
  return { now: 'confirmed' };
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
