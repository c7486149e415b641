import type { Store } from '../events/port.ts';
import { foldAll } from '../kernel/fold.ts';
import type { RunState } from '../kernel/state.ts';
import type { Skill } from '../skills/skill.ts';
import { pinnedSkill } from './pinned-skill.ts';

/** A sub-run as it stands. */
export type SubRun = { readonly state: RunState; readonly skill: Skill };

/** Every sub-run a run started, and those that they started, in the order of their starts. */
export function lineOf(store: Store, { children }: RunState): readonly SubRun[] {
  return children
    .filter((child) => store.hasRun(child))
    .flatMap((child) => {
      const state = foldAll(store.readRun(child));
      return [{ state, skill: pinnedSkill(state.started, store.blobs) }, ...lineOf(store, state)];
    });
}
