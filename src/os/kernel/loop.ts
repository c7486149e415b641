import { Bug, UserError } from '../errors.ts';
import { compileSchema, showErrors } from '../schema.ts';
import { dispatch } from './dispatch.ts';
import { namedBlobs } from './frame.ts';
import { leave } from './leave.ts';
import { isNew, limitBefore } from './limit-before.ts';
import { type Action, next, preparedInput, stepOf } from './next.ts';
import { overLimit } from './over-limit.ts';
import type { Drive } from './ports.ts';
import { takeStep } from './step.ts';
import { takeTurn } from './turn.ts';

/**
 * Drives a run until it ends, waits for a person, or is interrupted. On every way out the log says why, durably.
 *
 *  - L1 What is done is what `next` says, and every outcome is an event before the next decision is made.
 *  - L2 Actions of one round are independent; the round ends when all of them have.
 *  - L3 Before a suspension or a terminal event the directories of written files are synced; where that fails the run
 *    is interrupted instead, and whoever resumes it syncs them.
 *  - L4 A limit is looked at before a round begins; what does not fit is not begun, and a round of several does what fits.
 *  - L5 A question that an earlier process left open is put once more, to whoever is here now, before the run suspends.
 */
export async function drive(run: Drive): Promise<void> {
  const reads = (kind: string) => run.ports.ops.find((op) => op.kind === kind)?.effect === 'reads';
  const tried = new Set<string>();
  try {
    while (!run.ports.signal.aborted) {
      const actions = heldFromBefore(next(run.state(), run.skill, reads), tried);
      if (actions.length === 0) break;
      if (actions.some(isLast)) await run.ports.workspace.syncDirectories();
      await round(run, actions);
      for (const action of actions) tried.add(stepOf(action) ?? '');
      if (run.state().status !== 'running') break;
    }
    if (run.state().status === 'running') interrupt(run, 'signal', 'the run was interrupted');
  } catch (error) {
    stop(run, error);
  }
  const { status, interrupted } = run.state();
  if (status !== 'interrupted' || interrupted?.cause !== 'disk') await run.ports.workspace.syncDirectories();
  await run.log.flush();
}

/** What it does ends the run or gives it up. */
function isLast(action: Action): boolean {
  return action.do === 'suspend' || action.do === 'finish' || action.do === 'abort' || action.do === 'fail';
}

/** What an earlier process left waiting and this one has not tried, instead of a suspension (L5). */
function heldFromBefore(actions: readonly Action[], tried: ReadonlySet<string>): readonly Action[] {
  const [first] = actions;
  if (first?.do !== 'suspend') return actions;
  const untried = first.held.filter((action) => !tried.has(stepOf(action) ?? ''));
  return untried.length === 0 ? actions : untried;
}

async function round(run: Drive, actions: readonly Action[]): Promise<void> {
  const fitting: Action[] = [];
  for (const action of actions) {
    const crossed = limitBefore(run, action, fitting.filter((each) => isNew(run.state(), each)).length);
    if (crossed === undefined) fitting.push(action);
    else if (fitting.length === 0) return overLimit(run, stepOf(action) ?? '', crossed);
    else break;
  }
  await allOf(fitting.map((action) => perform(run, action)));
}

/** Waits for all, then throws the first failure: nothing of a round is left running behind the caller's back (L2). */
async function allOf(acts: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(acts);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function perform(run: Drive, action: Action): Promise<void> {
  switch (action.do) {
    case 'step':
      return takeStep(run, action);
    case 'op':
      return requestedOp(run, action);
    case 'turn':
      return takeTurn(run, action);
    case 'leave':
      return leave(run, action);
    case 'suspend':
      run.emit({ type: 'run_suspended', data: { waiting: [...action.waiting] } });
      return;
    case 'finish':
      return finish(run, action);
    case 'abort':
      run.emit({ type: 'run_aborted', data: { reason: action.reason, by: 'model' } });
      return;
    case 'fail':
      run.emit({
        type: 'run_failed',
        data: { code: action.code, message: action.message, exit: action.exit, phase: run.state().phase },
      });
      return;
  }
}

async function requestedOp(run: Drive, { call }: Extract<Action, { do: 'op' }>): Promise<void> {
  const op = run.ports.ops.find(({ kind }) => kind === call.kind);
  if (op === undefined) throw new Bug(`${call.kind} was accepted in a turn and is not an op`);
  const input = preparedInput(run.state(), run.skill);
  const named = input === undefined ? [] : namedBlobs(input);
  await dispatch(run, op, { ...call, logged: true, named: new Set(named.map(({ sha256 }) => sha256)) });
}

function finish(run: Drive, { result, output }: Extract<Action, { do: 'finish' }>): void {
  const { postprocessor } = run.skill;
  if (postprocessor !== undefined) {
    const errors = compileSchema(postprocessor.outputSchema)(output);
    if (errors.length > 0) {
      const message = `the output ${postprocessor.outputName} does not fit: ${showErrors(errors)}`;
      run.emit({ type: 'run_failed', data: { code: 'output', message, exit: 1 } });
      return;
    }
  }
  const { type, artifact } = result;
  run.emit({ type: 'run_finished', data: { type, artifact, ...(output === undefined ? {} : { output }) } });
}

function interrupt(run: Drive, cause: string, message: string): void {
  run.emit({ type: 'run_interrupted', data: { cause, message } });
}

/**
 * An exception ends the drive. A provider or a disk that fails leaves the run resumable; a skill or config at fault, or
 * a bug, ends it. A log that takes nothing more is for the caller to report.
 */
function stop(run: Drive, error: unknown): void {
  if (run.state().outcome !== undefined) throw error;
  const cause = run.ports.signal.aborted ? 'signal' : error instanceof UserError ? error.code : '';
  if (cause === 'corrupt') throw error;
  if (cause === 'signal' || cause === 'model' || cause === 'disk') {
    try {
      interrupt(run, cause, cause === 'signal' ? 'the run was interrupted' : describe(error as UserError));
    } catch {
      throw error; // the log takes nothing more: why it does not is the news
    }
    return;
  }
  const [code, exit] = error instanceof UserError ? [error.code, error.exit] : (['internal', 70] as const);
  const message = error instanceof Error ? error.message : String(error);
  run.emit({ type: 'run_failed', data: { code, message, exit, phase: run.state().phase } });
  if (!(error instanceof UserError)) throw error;
}

function describe(error: UserError): string {
  const sentence = error.message.endsWith('.') ? error.message : `${error.message}.`;
  return error.hint === undefined ? error.message : `${sentence} ${error.hint}`;
}
