import { join } from 'node:path';
import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { RunLog } from '../events/port.ts';
import { fold } from '../kernel/fold.ts';
import { drive } from '../kernel/loop.ts';
import type { Ports, StartChild } from '../kernel/ports.ts';
import type { RunState } from '../kernel/state.ts';
import type { Skill } from '../skills/skill.ts';
import { openWorkspace } from '../workspace/open.ts';
import { lineOf } from './lineage.ts';
import { openPinned } from './models.ts';
import type { RunOutcome } from './outcome.ts';
import { outcomeOf, pendingIn } from './outcome-of.ts';
import type { Driving, Project } from './project.ts';

/** A run this process owns, ready to be driven. */
export type OwnedRun = { readonly skill: Skill; readonly log: RunLog; readonly state: RunState };

/** Drives an owned run as far as it goes now, lets go of it, and says where it stands. */
export async function driveRun(
  project: Project,
  owned: OwnedRun,
  driving: Driving,
  startChild: StartChild,
): Promise<RunOutcome> {
  const { store } = project;
  const { skill, log } = owned;
  let state = owned.state;
  const emit = (body: RunEventBody): RunEvent => {
    const event = log.append(body);
    state = fold(state, event);
    driving.onEvent(event);
    return event;
  };
  const { started } = state;
  const ports: Ports = {
    ops: project.ops,
    policy: project.config.policy,
    model: openPinned(started.models, { skill: skill.name, dir: started.dir }, { ...project, blobs: store.blobs }),
    workspace: openWorkspace({
      root: project.root,
      workDir: join(project.root, '.reyn', 'work', state.run),
      readBlob: (sha256) => store.blobs.get(sha256),
      signal: driving.signal,
      shareDisk: () => store.openRuns() > 1,
    }),
    index: project.index,
    blobs: store.blobs,
    startChild,
    ask: (asked) => driving.ask(pendingIn(state, asked)),
    onAsk: driving.onAsk,
    receipts: undefined,
    signal: driving.signal,
    onText: driving.onText,
  };
  try {
    await drive({ skill, log, ports, state: () => state, emit });
  } finally {
    await log.close();
  }
  return outcomeOf(state, skill, lineOf(store, state));
}
