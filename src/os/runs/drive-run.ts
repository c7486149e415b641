import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { RunLog, Store } from '../events/port.ts';
import { fold, foldAll } from '../kernel/fold.ts';
import { drive } from '../kernel/loop.ts';
import type { Ports, StartChild } from '../kernel/ports.ts';
import type { Intervention, RunState } from '../kernel/state.ts';
import { recordsOf } from '../kernel/steps.ts';
import { type Meter, openMeter } from '../limits/meter.ts';
import { skillCards } from '../skills/cards.ts';
import type { Skill } from '../skills/skill.ts';
import { openWorkspace } from '../workspace/open.ts';
import { type Ended, lineOf } from './lineage.ts';
import { openPinned } from './models.ts';
import type { RunOutcome } from './outcome.ts';
import { outcomeOf, pendingIn } from './outcome-of.ts';
import type { Driving, Project, Under } from './project.ts';

/** A run this process owns, ready to be driven. */
export type OwnedRun = {
  readonly skill: Skill;
  readonly log: RunLog;
  readonly state: RunState;
  /** Paths of files that an earlier process began to write. */
  readonly written: readonly string[];
};

/** How sub-runs are started, and what those that ended during this drive of their root left. */
export type Below = { readonly startChild: StartChild; readonly ended: Map<string, Ended> };

/** Drives an owned run as far as it goes now, lets go of it, and says where it stands. */
export async function driveRun(
  project: Project,
  owned: OwnedRun,
  driving: Driving,
  { startChild, ended }: Below,
  under: Under,
): Promise<{ readonly state: RunState; readonly outcome: RunOutcome }> {
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
  const account = { limits: started.limits, raised: () => state.raised, spent: () => state.spent };
  const meter = under.meter?.under(state.run, account) ?? openMeter(account, project.clock.now);
  countUnderWay(store, meter, state);
  /** Where duties are separate, whoever started a run is not asked for leave in it. */
  const mayAnswer = ({ kind }: Intervention) =>
    !(project.config.separation_of_duties && kind === 'permission' && started.who === project.who);
  const workDir = join(project.root, '.reyn', 'work', state.run);
  const ports: Ports = {
    ops: project.ops,
    policy: project.config.policy,
    pins: pinsOf(project.config),
    grants: project.grants,
    closed: project.closed,
    now: project.clock.now,
    who: project.who,
    secret: project.secret,
    network: project.network,
    search: project.search,
    mcp: project.mcp,
    exec: project.exec(workDir),
    model: openPinned(started.models, { skill: skill.name, dir: started.dir }, { ...project, blobs: store.blobs }),
    workspace: openWorkspace({
      root: project.root,
      workDir,
      readBlob: (sha256) => store.blobs.get(sha256),
      written: owned.written,
      signal: driving.signal,
      shareDisk: () => store.openRuns() > 1,
      stageDir: () => store.temp(),
    }),
    index: project.index,
    skills: skillCards(project.catalog),
    runs: project.runs,
    blobs: store.blobs,
    startChild,
    improvement: project.improvement,
    onPropose: project.config.self_improvement.on_propose,
    ask: async (asked) => (mayAnswer(asked) ? driving.ask(pendingIn(state, asked)) : undefined),
    onAsk: driving.onAsk,
    js: project.js,
    python: project.python,
    meter,
    bounds: under.bounds,
    recorded: undefined,
    signal: driving.signal,
    onText: driving.onText,
  };
  try {
    await drive({ skill, log, ports, state: () => state, emit });
  } finally {
    await log.close();
  }
  return { state, outcome: outcomeOf(state, skill, lineOf(store, state.children, ended)) };
}

/** Pins of MCP servers that the configuration states. */
function pinsOf({ mcp }: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(mcp).flatMap(([name, { pin }]) => (pin === undefined ? [] : [[name, pin]])));
}

/** Counts what sub-runs used that an earlier process started and whose receipts are not in the log. */
function countUnderWay(store: Store, meter: Meter, state: RunState): void {
  for (const record of recordsOf(state.steps)) {
    const child = record.status === 'started' ? record.intent.child : undefined;
    if (child === undefined || !store.hasRun(child)) continue;
    const left = foldAll(store.readRun(child));
    const account = { limits: left.started.limits, raised: () => left.raised, spent: () => left.spent };
    countUnderWay(store, meter.under(child, account), left);
  }
}
