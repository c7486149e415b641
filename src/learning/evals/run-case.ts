import { UserError } from '../../os/errors.ts';
import type { RunEvent } from '../../os/events/event.ts';
import type { Json } from '../../os/json.ts';
import type { RunState } from '../../os/kernel/state.ts';
import { tighter } from '../../os/limits/limits.ts';
import { openBelow } from '../../os/runs/child.ts';
import { createRun } from '../../os/runs/create-run.ts';
import { driveRun, type OwnedRun } from '../../os/runs/drive-run.ts';
import type { RunOutcome } from '../../os/runs/outcome.ts';
import { outcomeOf } from '../../os/runs/outcome-of.ts';
import { type Driving, type Project, ROOT } from '../../os/runs/project.ts';
import { takeUp } from '../../os/runs/take-up.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { END } from '../../os/skills/skill.ts';
import type { EvalCase } from './case.ts';
import type { CaseOutcome } from './outcome.ts';

export type CaseRun = {
  /** The project as this run has it. */
  readonly project: Project;
  readonly version: Opened;
  readonly case: EvalCase;
  /** Id of the run; one that is there already is gone on with. */
  readonly run: string;
  /** Whose grants count. */
  readonly as: { readonly skill: string; readonly skill_version_hash: string };
  readonly model: string | undefined;
  readonly most: { readonly tokens?: number; readonly usd?: number };
  /** Milliseconds it may take. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Has a function called when the signal aborts: a thousand runs share one listener. @returns what takes it back. */
  readonly onAbort: (stop: () => void) => () => void;
  /** Waits for leave to drive the run. @returns what gives it back. */
  readonly slot: () => Promise<() => void>;
};

/**
 * Runs one case to its end. What goes wrong in it is in the outcome.
 * @throws the signal's reason when aborted.
 */
export async function runCase(asked: CaseRun): Promise<CaseOutcome> {
  const { run, signal, slot, project } = asked;
  signal.throwIfAborted();
  const path: string[] = [asked.version.skill.entry];
  const stop = stopper(asked);
  const driving = drivingOf(run, path, stop.signal);
  let last: RunState | undefined;
  try {
    const owned = await ownRun(asked, driving);
    last = owned.state;
    const release = await slot();
    try {
      stop.after(asked.timeout);
      const { state, outcome } = await drivenOn(project, owned, driving);
      last = state;
      signal.throwIfAborted();
      const { hash: head } = owned.log.head;
      return { ...outcomeFor(state, outcome, { path, timedOut: stop.timedOut() }), head };
    } finally {
      release();
    }
  } catch (error) {
    signal.throwIfAborted();
    const known = { phases: last === undefined ? {} : phasesOf(last), path, usage: usageOf(last), run };
    return { ...known, ...faultOf(error) };
  } finally {
    stop.end();
  }
}

async function ownRun(asked: CaseRun, driving: Driving): Promise<OwnedRun> {
  const { project, version, run, model, as, most } = asked;
  if (project.store.hasRun(run)) {
    for (const event of project.store.readRun(run)) driving.onEvent(event);
    return takeUp(project, run, 'resume', driving.onEvent);
  }
  const { input } = asked.case;
  const limits = tighter(tighter(project.config.limits, version.skill.limits), most);
  const given = typeof input === 'string' ? { text: input } : { value: input };
  return createRun(project, version, { run, input: given, limits, model, parent: undefined, as }, driving.onEvent);
}

/** Drives a run; one that had ended before is left as it is. */
async function drivenOn(project: Project, owned: OwnedRun, driving: Driving) {
  if (owned.state.outcome === undefined) {
    return driveRun(project, owned, driving, openBelow(project, driving), ROOT);
  }
  await owned.log.close();
  return { state: owned.state, outcome: outcomeOf(owned.state, owned.skill, []) };
}

function drivingOf(run: string, path: string[], signal: AbortSignal): Driving {
  const enter = (to: string) => {
    if (to !== END) path.push(to);
  };
  return {
    onEvent: (event: RunEvent) => {
      if (event.run !== run) return;
      if (event.type === 'phase_left') enter(event.data.to);
      if (event.type === 'turn_decided' && event.data.edge !== 'abort') enter(event.data.to);
    },
    onText: () => undefined,
    ask: () => Promise.resolve(undefined),
    onAsk: 'fail',
    signal,
  };
}

/** A signal that follows another and ends after a while. */
function stopper({ signal, onAbort }: CaseRun) {
  const controller = new AbortController();
  const forget = onAbort(() => controller.abort(signal.reason));
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  return {
    signal: controller.signal,
    after: (ms: number) => {
      timer = setTimeout(() => {
        over = true;
        controller.abort(new Error('the case took too long'));
      }, ms);
    },
    timedOut: () => over,
    end: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

type Seen = { readonly path: readonly string[]; readonly timedOut: boolean };

function outcomeFor(state: RunState, outcome: RunOutcome, { path, timedOut }: Seen): CaseOutcome {
  const known = { phases: phasesOf(state), path, usage: usageOf(state), run: state.run };
  const result = outcome.output?.value ?? outcome.artifact?.artifact;
  if (outcome.status === 'finished' && result !== undefined) return { ...known, status: 'finished', result };
  const { code, message } = outcome.reason ?? { code: outcome.status, message: 'the run did not end' };
  const error = { code, message };
  if (timedOut) return { ...known, status: 'timeout', error: { code: 'timeout', message: 'the case took too long' } };
  if (outcome.status === 'interrupted') return { ...known, status: INFRA.has(code) ? 'infra' : 'crashed', error };
  if (INFRA.has(code)) return { ...known, status: 'infra', error };
  if (outcome.denied.some(({ optional }) => !optional)) return { ...known, status: 'denied', error };
  return { ...known, status: 'failed', error };
}

/** Codes of what is nobody's fault: the provider, the disk, the machine, the operator's settings. */
const INFRA: ReadonlySet<string> = new Set(['model', 'disk', 'busy', 'config', 'untrusted']);

function faultOf(error: unknown): Pick<CaseOutcome, 'status' | 'error'> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof UserError)) return { status: 'crashed', error: { code: 'internal', message } };
  const { code } = error;
  return { status: INFRA.has(code) ? 'infra' : 'failed', error: { code, message } };
}

function phasesOf({ left, result, phase }: RunState): Readonly<Record<string, Json>> {
  const phases = Object.fromEntries(Object.entries(left).map(([name, { artifact }]) => [name, artifact]));
  return result === undefined || Object.hasOwn(phases, phase) ? phases : { ...phases, [phase]: result.artifact };
}

function usageOf(state: RunState | undefined): CaseOutcome['usage'] {
  const { input = 0, output = 0, usd = 0, ms = 0, turns = 0 } = state?.spent ?? {};
  return { input, output, usd, ms, turns };
}
