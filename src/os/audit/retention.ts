import type { Retention } from '../config/config.ts';
import type { Registered } from './project.ts';

/** A run that a person or a program started, with every sub-run below it. */
export type Tree = {
  readonly root: string;
  readonly skill: string;
  /** All runs of it that are not removed yet, the root first. */
  readonly runs: readonly string[];
  /** When the last of them ended, ISO 8601; `undefined` while one has not. */
  readonly ended: string | undefined;
  /** Some of it was removed already: a removal broke off. */
  readonly isBegun: boolean;
};

/** Runs by the run that started them all. Runs of which nothing is left are in none. */
export function treesOf(runs: ReadonlyMap<string, Registered>): readonly Tree[] {
  const parentOf = (run: string): string | undefined => {
    const parent = runs.get(run)?.opened?.line.data.parent;
    return typeof parent === 'string' && runs.has(parent) ? parent : undefined;
  };
  const rootOf = (run: string): string => {
    const seen = new Set<string>();
    let at = run;
    for (let up = parentOf(at); up !== undefined && !seen.has(up); up = parentOf(up)) {
      seen.add(up);
      at = up;
    }
    return at;
  };
  return [...Map.groupBy(runs.keys(), rootOf)].flatMap(([root, members]): Tree[] => {
    const left = members.filter((run) => runs.get(run)?.removed === undefined);
    if (left.length === 0) return [];
    const ends = left.map((run) => runs.get(run)?.closed?.line.ts);
    const ended = ends.includes(undefined) ? undefined : (ends as string[]).sort().at(-1);
    const skill = String(runs.get(root)?.opened?.line.data.skill ?? '');
    return [{ root, skill, runs: left, ended, isBegun: left.length < members.length }];
  });
}

export type Chosen = {
  readonly remove: readonly Tree[];
  /** Kept because one of it has not ended. */
  readonly unfinished: readonly Tree[];
  readonly kept: readonly Tree[];
};

/** What a rule of retention takes. @param now milliseconds. */
export function chooseTrees(trees: readonly Tree[], { days, keep = 0 }: Retention, now: number): Chosen {
  const unfinished = trees.filter(({ ended }) => ended === undefined);
  const done = trees
    .filter((tree): tree is Tree & { ended: string } => tree.ended !== undefined)
    .sort((a, b) => (a.ended < b.ended ? 1 : a.ended > b.ended ? -1 : a.root < b.root ? 1 : -1));
  const isOld = (ended: string) => days === undefined || Date.parse(ended) < now - days * 86_400_000;
  const goes = new Set(done.filter((tree, place) => tree.isBegun || (place >= keep && isOld(tree.ended))));
  return { remove: done.filter((tree) => goes.has(tree)), unfinished, kept: done.filter((tree) => !goes.has(tree)) };
}

/** The rule as it stands in the log: `ended over 90 days ago, not among the newest 100`; `undefined` for none. */
export function showRule({ days, keep }: Retention): string | undefined {
  const parts = [
    ...(days === undefined ? [] : [`ended over ${days} ${days === 1 ? 'day' : 'days'} ago`]),
    ...(keep === undefined ? [] : [`not among the newest ${keep}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}
