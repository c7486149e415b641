import { Bug, UserError } from '../errors.ts';
import type { RunEventBody } from '../events/event.ts';
import { derivedId } from '../ids.ts';
import { EVENTS } from '../indexed-source.ts';
import type { Json, JsonObject } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { ChildOp, ExternalOp, Handles, Op, ReadOp, WaitOp, WriteOp } from '../ops/op.ts';
import { decide } from '../permissions/decide.ts';
import { isDelegated } from '../permissions/declared.ts';
import type { Need } from '../permissions/need.ts';
import { permitsOf, sourcesOf } from '../permissions/permits.ts';
import { askModel } from './ask-model.ts';
import { question } from './intervene.ts';
import { contextOf, permit, type Request } from './permit.ts';
import type { ChildEnd, Drive } from './ports.ts';
import { repeat } from './repeat.ts';
import { recordOf, type StepRecord } from './steps.ts';

/**
 * The one gate every op goes through, whoever asks for it: requested → permitted | denied | asked → started → receipt.
 *
 *  - D1 The decision is recorded before anything else happens: a denial is its own event, a permission stands in
 *    `op_started`.
 *  - D2 An op gets handles narrowed to the needs that were allowed, and nothing else.
 *  - D3 The intent of a write, a sub-run or a call of a model is durable before it acts.
 *  - D4 A step that has an intent and no receipt was under way when a process died; its effect class says what to do.
 *    What a write had done by then is found out first, and not decided upon again.
 *
 * Does one op, or leaves it waiting. Its events are the outcome.
 */
export async function dispatch(drive: Drive, op: Op, request: Request): Promise<void> {
  const recorded = drive.ports.recorded?.receipts(request.step);
  if (recorded !== undefined) return repeat(drive, op, request, recorded);
  const { step } = request;
  const args = request.args as JsonObject;
  const needs = op.needs(args);
  const handles = () => handlesFor(drive, request, needs);
  const begun = startedRecord(drive, step);
  let by = '';
  try {
    if (begun !== undefined && op.effect === 'writes' && (await wasWritten(drive, op, step, begun.intent, handles())))
      return;
    const permitted = await permit(drive, op, request, needs);
    if (permitted === undefined) return;
    by = permitted;
    await perform(drive, op, { request, args, by, handles: handles() });
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    if (startedRecord(drive, step) === undefined) drive.emit(startedEvent(request, by, {}));
    drive.emit({ type: 'op_finished', step, data: { error: { code: error.code, message: error.message } } });
  }
}

/** Handles narrowed to needs that were allowed (D2). */
function handlesFor(drive: Drive, { step, named }: Request, needs: readonly Need[]): Handles {
  const { ports, skill } = drive;
  const context = contextOf(drive, named);
  const sources = sourcesOf(needs);
  const mayRun = (name: string) =>
    name !== skill.name && decide({ kind: 'skill.run', skill: name }, context).verdict === 'allow';
  return {
    workspace: ports.workspace.handle(permitsOf(needs, context)),
    index: ports.index.handle({ run: drive.state().run, step, ...sources }),
    skills: { list: () => ports.skills(mayRun) },
    runs: {
      list: (filter) => {
        if (!sources.recall.includes(EVENTS)) throw new Bug('an op looked runs up without leave to recall events');
        return ports.runs(filter, drive.state().run);
      },
    },
    network: { fetch: () => refuse('network') },
    mcp: { call: () => refuse('mcp') },
    exec: { run: () => refuse('exec') },
    signal: ports.signal,
  };
}

function refuse(what: string): never {
  throw new Bug(`there is no ${what} yet`);
}

type Performance = {
  readonly request: Request;
  readonly args: JsonObject;
  readonly by: string;
  readonly handles: Handles;
};

async function perform(drive: Drive, op: Op, performance: Performance): Promise<void> {
  switch (op.effect) {
    case 'reads':
      return read(drive, op, performance);
    case 'writes':
      return write(drive, op, performance);
    case 'waits':
      return wait(drive, op, performance);
    case 'child':
      return child(drive, op, performance);
    case 'external':
      return external(drive, op, performance);
    case 'model':
      return askModel(drive, op, { step: performance.request.step, args: performance.args }, () =>
        start(drive, performance),
      );
  }
}

type Intent = Partial<Extract<RunEventBody, { type: 'op_started' }>['data']>;

function startedEvent(request: Request, by: string, intent: Intent): RunEventBody {
  const args = request.logged ? {} : { args: request.args };
  return { type: 'op_started', step: request.step, data: { kind: request.kind, ...args, by, ...intent } };
}

/** Records the intent, unless this step has one from before a crash. */
function start(drive: Drive, { request, by }: Performance, intent: Intent = {}): void {
  if (startedRecord(drive, request.step) === undefined) drive.emit(startedEvent(request, by, intent));
}

function startedRecord(drive: Drive, step: string): Extract<StepRecord, { status: 'started' }> | undefined {
  const record = recordOf(drive.state().steps, step);
  return record?.status === 'started' ? record : undefined;
}

function finish(drive: Drive, step: string, result?: Json): void {
  drive.emit({ type: 'op_finished', step, data: result === undefined ? {} : { result } });
}

async function read(drive: Drive, op: ReadOp, performance: Performance): Promise<void> {
  start(drive, performance);
  finish(drive, performance.request.step, await op.run(performance.args, performance.handles));
}

async function external(drive: Drive, op: ExternalOp, performance: Performance): Promise<void> {
  start(drive, performance);
  await drive.log.flush();
  finish(drive, performance.request.step, await op.run(performance.args, performance.handles));
  await drive.log.flush();
}

async function write(drive: Drive, op: WriteOp, performance: Performance): Promise<void> {
  const { step } = performance.request;
  const plan = await op.plan(performance.args, performance.handles);
  const { path, pre, post, result } = plan;
  start(drive, performance, {
    path,
    ...(pre === null ? {} : { pre }),
    ...(post === null ? {} : { post }),
    ...(result === undefined ? {} : { result }),
  });
  await drive.log.flush();
  await plan.commit();
  finish(drive, step);
}

/**
 * What a write that was under way at a crash left behind: all of it → confirmed here; nothing → false, it is done
 * again; anything else → a person decides. True when nothing is left to do now.
 */
async function wasWritten(
  drive: Drive,
  op: WriteOp,
  step: string,
  intent: Extract<RunEventBody, { type: 'op_started' }>['data'],
  handles: Handles,
): Promise<boolean> {
  const { path, pre = null, post = null } = intent;
  if (path === undefined) return false;
  const remains = await op.remains({ path, pre, post }, handles);
  if (remains.left === 'nothing') return false;
  if (remains.left === 'all') {
    finish(drive, step);
    return true;
  }
  const answer = await question(drive, {
    step,
    kind: 'in_doubt',
    text: `A crash interrupted ${intent.kind} of ${path}, and the file is now neither what it was before nor what was to be written.`,
    choices: ['keep', 'fail'],
    about: { path, pre, post, now: remains.now },
  });
  if (answer === 'waits') return true;
  if (answer !== 'nobody' && answer.text === 'keep') finish(drive, step);
  else throw new OpError('in_doubt', `${path} was changed by somebody else while the write was interrupted`);
  return true;
}

async function wait(drive: Drive, op: WaitOp, performance: Performance): Promise<void> {
  const { step } = performance.request;
  start(drive, performance);
  const answer = await question(drive, { step, kind: 'question', ...op.question(performance.args) });
  if (answer === 'waits') return;
  if (answer === 'nobody') throw new OpError('nobody', 'Nobody is there to answer.');
  finish(drive, step, { answer: answer.text });
}

/** Id of the sub-run that a step starts: it follows from run and step, so that a resumed step finds the one it started. */
export function subRunId(run: string, step: string): string {
  return derivedId(run, step);
}

async function child(drive: Drive, op: ChildOp, performance: Performance): Promise<void> {
  const { step } = performance.request;
  const { skill, input } = op.child(performance.args);
  const id = subRunId(drive.state().run, step);
  start(drive, performance, { child: id });
  const intended = drive.log.flush();
  intended.catch(() => undefined); // it is thrown below, also when the sub-run never came to waiting for it
  const state = drive.state();
  const { ports } = drive;
  const own = { skill: drive.skill.name, permissions: drive.skill.permissions };
  const end = await ports.startChild({
    child: id,
    parent: { run: state.run, step, root: state.started.parent?.root ?? state.run },
    skill,
    input,
    model: state.started.model,
    limits: ports.meter.left(),
    bounds: isDelegated(skill, own.permissions) ? ports.bounds : [...ports.bounds, own],
    meter: ports.meter,
    signal: ports.signal,
    intended,
  });
  await intended;
  try {
    settle(drive, step, skill, id, end);
  } finally {
    end.settled(); // with the receipt, at once: in between it would count twice
  }
  await drive.log.flush();
}

function settle(drive: Drive, step: string, skill: string, child: string, end: ChildEnd): void {
  if (end.status === 'interrupted') {
    if (end.cause === 'signal') return;
    throw new UserError('model', end.message, { where: { skill } });
  }
  if (end.status === 'waiting') {
    drive.emit({ type: 'child_waiting', step, data: { child, waiting: [...end.waiting] } });
    return;
  }
  const { bytes: _, ms, ...used } = end.spent;
  const spent = { ...used, ms: drive.ports.meter.elapsed(ms) };
  const how = end.status === 'finished' ? { result: end.result } : { error: { code: end.code, message: end.message } };
  drive.emit({ type: 'op_finished', step, data: { ...how, spent } });
}
