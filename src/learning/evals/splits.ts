import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';
import { canonicalJson, digest, sha256 } from '../../os/json.ts';
import type { EvalCase, EvalSet } from './case.ts';
import { clustersOf } from './clusters.ts';

/** Which cases are for what. */
export type Splits = {
  /** A proposer sees how these went. */
  readonly train: readonly EvalCase[];
  /** A search scores candidates on these. */
  readonly dev: readonly EvalCase[];
  /** Nothing but a verification runs these. */
  readonly holdout: readonly EvalCase[];
  /** Cluster of each case, by its id. */
  readonly clusters: ReadonlyMap<string, string>;
  /** Names the set of clusters in `holdout`; the same as before while at least half of them are. */
  readonly lineage: string;
};

export type SplitName = 'train' | 'dev' | 'holdout';

/** What was set aside of a skill's cases so far: the fold of its `holdout_locked` facts. */
export type Lock = {
  /** By the mark of a case's id, and by the mark of its input: where it went, and how early. */
  readonly cases: ReadonlyMap<string, Placed>;
  /** Clusters that were ever set aside under each lineage, newest last. */
  readonly lineages: readonly { readonly lineage: string; readonly clusters: ReadonlySet<string> }[];
  /** What the newest fact says of the scorers. */
  readonly scorers?: string;
};

type Placed = { readonly split: SplitName; readonly cluster: string; readonly age: number };

/** In the order of how much of them is seen: what was seen cannot be unseen. */
const SPLITS: readonly SplitName[] = ['train', 'dev', 'holdout'];
/** Upper ends of the shares of clusters: 30, 30 and 40 in a hundred. */
const SHARES: readonly (readonly [SplitName, number])[] = [
  ['train', 0.3],
  ['dev', 0.6],
  ['holdout', 1],
];

/**
 * Splits cases 30 / 30 / 40 by the hash of their cluster: which split a cluster is in depends on no other case. What is
 * locked stays where it was, with its whole cluster; where a case joins two clusters the older split wins, and of two
 * that are equally old the one that more is seen of.
 */
export function splitCases(cases: readonly EvalCase[], lock: Lock = foldLock([], '')): Splits {
  const found = clustersOf(cases);
  const placed = new Map<string, Placed>();
  for (const each of cases) {
    const cluster = found.get(each.id) ?? each.id;
    const before = placedBefore(lock, each);
    const known = placed.get(cluster);
    if (before !== undefined && (known === undefined || isOlder(before, known))) placed.set(cluster, before);
  }
  const clusters = new Map([...found].map(([id, name]) => [id, placed.get(name)?.cluster ?? mark(name)]));
  const of = (split: SplitName) =>
    cases.filter(({ id }) => {
      const name = found.get(id) ?? id;
      return (placed.get(name)?.split ?? splitOf(name)) === split;
    });
  const holdout = of('holdout');
  const held = new Set(holdout.map(({ id }) => clusters.get(id) ?? id));
  return { train: of('train'), dev: of('dev'), holdout, clusters, lineage: lineageOf(held, lock) };
}

function splitOf(cluster: string): SplitName {
  const share = Number.parseInt(sha256(`split\0${cluster}`).slice(0, 8), 16) / 2 ** 32;
  return SHARES.find(([, end]) => share < end)?.[0] ?? 'holdout';
}

function placedBefore(lock: Lock, { id, input }: EvalCase): Placed | undefined {
  const [byId, byInput] = [lock.cases.get(mark(`id\0${id}`)), lock.cases.get(inputMark(input))];
  if (byId === undefined || byInput === undefined) return byId ?? byInput;
  return isOlder(byInput, byId) ? byInput : byId;
}

function isOlder(one: Placed, other: Placed): boolean {
  if (one.age !== other.age) return one.age < other.age;
  return SPLITS.indexOf(one.split) < SPLITS.indexOf(other.split);
}

/**
 * A lineage is new only when at least half of the clusters are: verdicts reached before count against alpha as long as
 * most of what they were reached on is still there.
 */
function lineageOf(held: ReadonlySet<string>, lock: Lock): string {
  const same = lock.lineages.findLast(
    ({ clusters }) => 2 * [...held].filter((name) => !clusters.has(name)).length < held.size,
  );
  return same?.lineage ?? digest(canonicalJson([...held].sort())).slice(0, 16);
}

/** 96 bits of a digest: enough to tell cases apart, and says nothing of them. */
function mark(text: string): string {
  return digest(text).slice(0, 16);
}

function inputMark(input: EvalCase['input']): string {
  return mark(`input\0${canonicalJson(input)}`);
}

/** Folds the `holdout_locked` facts of a skill, in the order of the log; others are passed over. */
export function foldLock(facts: readonly (ProjectEvent | ProjectEventBody)[], skill: string): Lock {
  const cases = new Map<string, Placed>();
  const lineages: { lineage: string; clusters: Set<string> }[] = [];
  let scorers: string | undefined;
  for (const [age, fact] of facts.entries()) {
    if (fact.type !== 'holdout_locked' || fact.data.skill !== skill) continue;
    scorers = fact.data.scorers;
    const held = new Set<string>();
    for (const split of SPLITS) {
      for (const entry of fact.data[split]) {
        const [id = '', input = '', cluster = ''] = entry.split('.');
        if (split === 'holdout') held.add(cluster);
        for (const key of [id, input]) if (!cases.has(key)) cases.set(key, { split, cluster, age });
      }
    }
    const { lineage } = fact.data;
    const known = lineages.find((each) => each.lineage === lineage);
    if (known !== undefined) lineages.splice(lineages.indexOf(known), 1);
    lineages.push({ lineage, clusters: new Set([...(known?.clusters ?? []), ...held]) });
  }
  return { cases, lineages, ...(scorers === undefined ? {} : { scorers }) };
}

/** The fact that sets the cases of these splits aside. Of a case it holds marks of its id, its input and its cluster. */
export function lockedFact(set: Pick<EvalSet, 'skill' | 'scorers'>, splits: Splits) {
  const marks = (cases: readonly EvalCase[]) =>
    cases.map(({ id, input }) => `${mark(`id\0${id}`)}.${inputMark(input)}.${splits.clusters.get(id) ?? ''}`);
  const data = {
    skill: set.skill,
    lineage: splits.lineage,
    train: marks(splits.train),
    dev: marks(splits.dev),
    holdout: marks(splits.holdout),
    scorers: set.scorers,
  };
  return { type: 'holdout_locked', data } as const satisfies ProjectEventBody;
}

/** Whether the lock holds all of it already: then nothing is to be recorded. */
export function isLocked(lock: Lock, set: Pick<EvalSet, 'scorers'>, splits: Splits): boolean {
  const isPlaced = ({ id, input }: EvalCase) => lock.cases.has(mark(`id\0${id}`)) && lock.cases.has(inputMark(input));
  const all = [...splits.train, ...splits.dev, ...splits.holdout];
  return lock.scorers === set.scorers && lock.lineages.at(-1)?.lineage === splits.lineage && all.every(isPlaced);
}
