import type { Edge, Phase } from '../skills/skill.ts';

/** Edges followed by all walks of one skill together. */
const MAX_FOLLOWED = 2_000_000;

/** Phases reached from `start` along one edge or more, never through `avoid`; `undefined` once the walks got too many. */
export type Walk = (start: string, avoid?: string) => ReadonlySet<string> | undefined;

/** Walks of one graph; the same walk is made once. */
export function walker(onward: (phase: string) => readonly string[]): Walk {
  const known = new Map<string, ReadonlySet<string>>();
  let left = MAX_FOLLOWED;
  return (start, avoid) => {
    const key = `${start} ${avoid ?? ''}`;
    const before = known.get(key);
    if (before !== undefined || left <= 0) return before;
    const found = walk(
      start,
      (phase) => {
        const next = onward(phase);
        left -= next.length + 1;
        return next;
      },
      avoid,
    );
    known.set(key, found);
    return found;
  };
}

/** Phases reached from `start` along one edge or more; `start` itself only through a cycle. */
export function walk(start: string, onward: (phase: string) => readonly string[], avoid?: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let phase = queue.pop(); phase !== undefined; phase = queue.pop()) {
    for (const to of onward(phase)) {
      if (to === avoid || seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}

/** Each phase (or the end) to the phases with an edge to it. */
export function reversed(
  phases: readonly Phase[],
  edges: (phase: string) => readonly Edge[],
): ReadonlyMap<string, readonly string[]> {
  const back = new Map<string, string[]>();
  for (const { name } of phases) {
    for (const { to } of edges(name)) {
      const from = back.get(to);
      if (from === undefined) back.set(to, [name]);
      else from.push(name);
    }
  }
  return back;
}
