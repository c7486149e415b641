import { EXIT, UserError } from '../errors.ts';
import type { ChildOutcome, StartChild } from '../kernel/ports.ts';
import { tighter } from '../limits/limits.ts';
import { turnstile } from '../turnstile.ts';
import { createRun } from './create-run.ts';
import { type Below, driveRun, type OwnedRun } from './drive-run.ts';
import { type Ended, endedOf } from './lineage.ts';
import type { RunOutcome } from './outcome.ts';
import type { Driving, Project } from './project.ts';
import { takeUp } from './take-up.ts';

/**
 * Starts sub-runs for one drive of a root. A sub-run's id follows from its parent and step, so a parent that resumes finds the
 * one it started: an ended one is adopted, any other is taken up again.
 */
export function openBelow(project: Project, driving: Driving): Below {
  const ended = new Map<string, Ended>();
  /** How many runs are above each. Everything below a root is reached through here; only the root itself is not. */
  const above = new Map<string, number>();
  const turn = turnstile(TOGETHER);
  const startChild: StartChild = async (request) => {
    const under: Driving = { ...driving, signal: request.signal };
    const depth = (above.get(request.parent.run) ?? 0) + 1;
    above.set(request.child, depth);
    if (depth >= MAX_NESTED) return { ...tooDeep(request.skill), settled: () => undefined };
    await turn();
    const owned = await ownChild(project, request, driving);
    if ('failed' in owned) return { ...owned.failed, settled: () => undefined };
    const { meter, bounds, child } = request;
    const settled = () => meter.settle(child);
    if (owned.state.outcome !== undefined) {
      await owned.log.close();
      ended.set(child, endedOf(owned.state, owned.skill));
      return { ...endOf(owned.state), settled };
    }
    const { state, outcome } = await driveRun(project, owned, under, below, { meter, bounds });
    if (state.outcome !== undefined) ended.set(child, endedOf(state, owned.skill));
    const end = endOfDrive(state, outcome);
    return { ...end, settled: end.status === 'finished' || end.status === 'failed' ? settled : () => undefined };
  };
  const below: Below = { startChild, ended };
  return below;
}

/** Runs one below the other, the root among them: more is a skill that runs itself without end. */
const MAX_NESTED = 8;

function tooDeep(skill: string): ChildOutcome {
  const message = `${skill} was not started: ${MAX_NESTED} runs are nested already, and no more may be.`;
  return { status: 'failed', code: 'limit', message, spent: NOTHING };
}

/** Sub-runs that begin in one round of the event loop. */
const TOGETHER = 4;

type Owned = OwnedRun | { readonly failed: ChildOutcome };

async function ownChild(project: Project, request: Parameters<StartChild>[0], driving: Driving): Promise<Owned> {
  const { store } = project;
  if (store.hasRun(request.child)) {
    await request.intended;
    return takeUp(project, request.child, 'parent', driving.onEvent);
  }
  try {
    const loaded = project.catalog.open(request.skill);
    const fresh = {
      run: request.child,
      input: typeof request.input === 'string' ? { text: request.input } : { value: request.input },
      limits: tighter(tighter(project.config.limits, loaded.skill.limits), request.limits),
      model: request.model,
      parent: request.parent,
      intended: request.intended,
    };
    return await createRun(project, loaded, fresh, driving.onEvent);
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== 2) throw error;
    return {
      failed: {
        status: 'failed',
        code: error.code,
        message: `${request.skill} was not started: ${error.message}`,
        spent: NOTHING,
      },
    };
  }
}

const NOTHING = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 };

function endOf(state: OwnedRun['state']): ChildOutcome {
  const { outcome, spent } = state;
  if (outcome?.status === 'finished') {
    return { status: 'finished', result: outcome.output ?? outcome.artifact, spent };
  }
  if (outcome?.status === 'aborted') return { status: 'failed', code: 'aborted', message: outcome.reason, spent };
  return {
    status: 'failed',
    code: outcome?.exit === EXIT.budget ? 'limit' : (outcome?.code ?? 'failed'), // whichever run's limit it was
    message: outcome?.message ?? 'the sub-run failed',
    spent,
  };
}

function endOfDrive(state: OwnedRun['state'], outcome: RunOutcome): ChildOutcome {
  if (outcome.status === 'interrupted') {
    const { code: cause, message } = outcome.reason ?? { code: 'signal', message: 'the sub-run was interrupted' };
    return { status: 'interrupted', cause, message };
  }
  if (outcome.status === 'waiting') return { status: 'waiting', waiting: outcome.waiting.map(({ id }) => id) };
  return endOf(state);
}
