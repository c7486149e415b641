import type { Store } from '../events/port.ts';
import { foldAll } from '../kernel/fold.ts';
import type { RunState } from '../kernel/state.ts';
import type { Skill } from '../skills/skill.ts';
import type { Denial } from './outcome.ts';
import { denialsOf, pendingOf, type SubRun } from './outcome-of.ts';
import { pinnedSkill } from './pinned-skill.ts';

/** What a sub-run that has ended leaves for the outcomes above it. Its log changes no more, so this stays right. */
export type Ended = { readonly denied: readonly Denial[]; readonly children: readonly string[] };

export function endedOf(state: RunState, skill: Skill): Ended {
  return { denied: denialsOf(state, skill), children: state.children };
}

/**
 * Every sub-run a run started, and those that they started, in the order of their starts. Those that are not among
 * `ended` are read.
 */
export function lineOf(store: Store, children: readonly string[], ended: ReadonlyMap<string, Ended>): SubRun[] {
  return children.flatMap((run) => {
    const known = ended.get(run);
    if (known !== undefined)
      return [{ run, denied: known.denied, waiting: [] }, ...lineOf(store, known.children, ended)];
    if (!store.hasRun(run)) return [];
    const state = foldAll(store.readRun(run));
    const denied = state.denied.length === 0 ? [] : denialsOf(state, pinnedSkill(state.started, store.blobs));
    const waiting = state.status === 'waiting' ? pendingOf(state) : [];
    return [{ run, denied, waiting }, ...lineOf(store, state.children, ended)];
  });
}
