import { canonicalPath, isRefusal, parseLocation } from '../workspace/location.ts';
import type { Permits } from '../workspace/workspace.ts';
import { type DecisionContext, decide } from './decide.ts';
import { type Need, resourceOf } from './need.ts';

/**
 * What a handle may open once all of `needs` were allowed: the very paths that were decided, and below a tree each
 * file for which the decision is allow. Nothing that would have to be asked for.
 */
export function permitsOf(needs: readonly Need[], context: DecisionContext): Permits {
  const reads = new Set<string>();
  const writes = new Set<string>();
  const trees: (readonly string[])[] = [];
  for (const need of needs) {
    if (need.kind === 'file.write') writes.add(canonicalPath(need.path));
    else if (need.kind === 'file.read' && need.tree !== true) reads.add(canonicalPath(need.path));
    else if (need.kind === 'file.read') trees.push(placeOf(need.path));
  }
  const isInTree = (path: string) => {
    const place = placeOf(path);
    return trees.some((tree) => tree.length > 0 && tree.every((part, at) => part === place[at]));
  };
  return {
    read: (path) =>
      reads.has(path) || (isInTree(path) && decide({ kind: 'file.read', path }, context).verdict === 'allow'),
    write: (path) => writes.has(path),
  };
}

/** The indexed sources a handle may search and change once all of `needs` were allowed. */
export function sourcesOf(needs: readonly Need[]): { recall: readonly string[]; index: readonly string[] } {
  const of = (kind: Need['kind']) => needs.flatMap((need) => (need.kind === kind ? [resourceOf(need)] : []));
  return { recall: of('recall'), index: of('index') };
}

/** Root and names of a path; empty for a path that means nothing. */
function placeOf(path: string): readonly string[] {
  const location = parseLocation(path);
  return isRefusal(location) ? [] : [location.root, ...location.segments];
}
