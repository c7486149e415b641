import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EvalCase } from '../../../src/learning/evals/case.ts';
import { clustersOf } from '../../../src/learning/evals/clusters.ts';
import {
  foldLock,
  isLocked,
  lockedFact,
  type SplitName,
  type Splits,
  splitCases,
} from '../../../src/learning/evals/splits.ts';

const SET = { skill: 'sorter', scorers: 'a'.repeat(64) };
const WORDS = 'amber birch cedar delta ember fjord glade heron inlet jetty knoll lupin marsh north ocean'.split(' ');

/** Cases that are not alike. */
function distinct(count: number, from = 0): EvalCase[] {
  return Array.from({ length: count }, (_, n) => {
    const at = n + from;
    const word = (by: number) => WORDS[(at * by + Math.floor(at / WORDS.length)) % WORDS.length];
    return caseOf(`c${at}`, `${word(1)}${at * 7919} ${word(2)}${at * 104729} ${word(4)}${at * 31}`);
  });
}

function caseOf(id: string, input: EvalCase['input'], cluster?: string): EvalCase {
  const where = { file: 'evals/cases.jsonl', line: 1 };
  const named = cluster === undefined ? {} : { cluster };
  return { id, input, checks: [], tags: [], mustPass: false, weight: 1, where, ...named };
}

const NAMES: readonly SplitName[] = ['train', 'dev', 'holdout'];

function whereIs(splits: Splits, id: string): SplitName | undefined {
  return NAMES.find((name) => splits[name].some((each) => each.id === id));
}

it('puts about 30, 30 and 40 in a hundred clusters into train, dev and holdout, and every case into one of them', () => {
  const cases = distinct(1000);
  const splits = splitCases(cases);
  expect(new Set(splits.clusters.values()).size).toBe(1000);
  const sizes = NAMES.map((name) => splits[name].length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1000);
  for (const [at, share] of [0.3, 0.3, 0.4].entries())
    expect(sizes[at]).toSatisfy((n: number) => Math.abs(n / 1000 - share) < 0.05);
});

it('leaves every case where it was when others are added behind it, or taken away', () => {
  const all = distinct(300);
  const before = splitCases(all.slice(0, 100));
  const after = splitCases(all);
  const fewer = splitCases(all.filter((_, at) => at % 3 !== 0));
  for (const { id } of all.slice(0, 100)) expect(whereIs(after, id)).toBe(whereIs(before, id));
  for (const { id } of fewer.holdout) expect(whereIs(after, id)).toBe('holdout');
});

it('joins cases whose inputs differ by little, also through one another, and no others', () => {
  const long = 'The parcel was sent on Monday and has not been delivered to my house in the harbour street yet.';
  const cases = [
    caseOf('a', long),
    caseOf('b', { text: long.replace('Monday', 'Sunday').toUpperCase() }),
    caseOf('c', 'An invoice arrived twice, and both were paid by us in the month of May.'),
    caseOf('d', '2 + 2'),
    caseOf('e', '2 + 3'),
  ];
  const clusters = clustersOf(cases);
  expect(clusters.get('a')).toBe(clusters.get('b'));
  expect(new Set(clusters.values()).size).toBe(4);
});

it('keeps clusters together that their author names, and apart what they name differently', () => {
  const splits = splitCases([
    ...distinct(40).map((each, at) => ({ ...each, cluster: `family ${at % 10}` })),
    caseOf('one', 'the very same text of some length', 'left'),
    caseOf('other', 'the very same text of some length', 'right'),
  ]);
  expect(new Set(splits.clusters.values()).size).toBe(12);
  for (let at = 0; at < 10; at++) {
    const members = [0, 1, 2, 3].map((n) => whereIs(splits, `c${at + 10 * n}`));
    expect(new Set(members).size).toBe(1);
  }
});

it('finds the same clusters as a comparison of all with all', () => {
  const text = fc.array(fc.constantFrom('ab', 'cde', 'f', 'ghij ', 'kl'), { minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 25 }), (inputs) => {
      const cases = inputs.map((parts, at) => caseOf(`c${at}`, parts.join('')));
      const grams = cases.map(({ input }) => {
        const seen = String(input).trim().replace(/\s+/g, ' ');
        const all = new Set<string>(seen.length <= 5 ? [seen] : []);
        for (let at = 0; seen.length > 5 && at + 5 <= seen.length; at++) all.add(seen.slice(at, at + 5));
        return all;
      });
      const group = cases.map((_, at) => at);
      for (const [a, one] of grams.entries()) {
        for (const [b, other] of grams.entries()) {
          const both = [...one].filter((gram) => other.has(gram)).length;
          if (both / (one.size + other.size - both) < 0.8) continue;
          const [from, to] = [group[a], group[b]];
          for (const [at, each] of group.entries()) if (each === from) group[at] = to as number;
        }
      }
      const found = clustersOf(cases);
      for (const [a, one] of cases.entries()) {
        for (const [b, other] of cases.entries()) {
          expect(found.get(one.id) === found.get(other.id)).toBe(group[a] === group[b]);
        }
      }
    }),
    { seed: 5, numRuns: 150 },
  );
});

it('splits two thousand cases of a page each, half of them alike, within seconds', () => {
  const filler = WORDS.join(' and then ');
  const cases = distinct(2000).map((each, at) =>
    at % 2 === 0 ? { ...each, input: `${filler.repeat(6)} ${at}` } : { ...each, input: `${each.input} `.repeat(25) },
  );
  const begun = performance.now();
  const { clusters } = splitCases(cases);
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(new Set(clusters.values()).size).toBe(1001);
});

it('keeps what is locked in its split when its text is edited or its id changes', () => {
  const cases = distinct(60);
  const before = splitCases(cases);
  const lock = foldLock([lockedFact(SET, before)], 'sorter');
  expect(isLocked(lock, SET, before)).toBe(true);
  const edited = cases.map((each, at) =>
    at % 2 === 0 ? { ...each, input: distinct(1, at + 500)[0]?.input ?? '' } : { ...each, id: `n${at}` },
  );
  const after = splitCases(edited, lock);
  for (const [at, { id }] of cases.entries()) {
    expect(whereIs(after, edited[at]?.id ?? '')).toBe(whereIs(before, id));
  }
  expect(after.lineage).toBe(before.lineage);
  expect(isLocked(lock, SET, after)).toBe(false);
});

it('lets the older split win when a new case joins two clusters, and of two as old the one that is seen more', () => {
  const bridge = (left: EvalCase, right: EvalCase) => [
    { ...left, cluster: 'both' },
    { ...right, cluster: 'both' },
  ];
  const cases = distinct(80);
  const first = splitCases(cases.slice(0, 40));
  const facts = [lockedFact(SET, first)];
  const [held, train] = [first.holdout[0], first.train[0]] as [EvalCase, EvalCase];
  expect(splitCases(bridge(held, train), foldLock(facts, 'sorter')).train).toHaveLength(2);

  const second = splitCases(cases, foldLock(facts, 'sorter'));
  facts.push(lockedFact(SET, second));
  const late = second.train.find(({ id }) => cases.slice(40).some((each) => each.id === id)) as EvalCase;
  expect(splitCases(bridge(held, late), foldLock(facts, 'sorter')).holdout).toHaveLength(2);
});

it('goes on with a lineage until half of its clusters are new', () => {
  const cases = distinct(400);
  const begun = splitCases(cases.slice(0, 100));
  const lock = foldLock([lockedFact(SET, begun)], 'sorter');
  const most = begun.holdout.slice(0, Math.floor(begun.holdout.length / 2) + 1);
  const fresh = splitCases(cases.slice(100)).holdout;
  const fewNew = splitCases([...most, ...fresh.slice(0, most.length - 1)], lock);
  const halfNew = splitCases([...most, ...fresh.slice(0, most.length)], lock);
  expect(fewNew.lineage).toBe(begun.lineage);
  expect(halfNew.lineage).not.toBe(begun.lineage);
  const other = splitCases(fresh, lock);
  const further = foldLock([lockedFact(SET, begun), lockedFact(SET, other)], 'sorter');
  expect(other.lineage).not.toBe(begun.lineage);
  expect(splitCases(begun.holdout, further).lineage).toBe(begun.lineage);
});

it('says nothing of a case in the fact that locks it', () => {
  const fact = JSON.stringify(lockedFact(SET, splitCases([caseOf('customer-ruth', 'Ruth wants her parcel')])));
  expect(fact.toLowerCase()).not.toContain('ruth');
});
