import type { RunEventBody } from '../events/event.ts';
import type { Json, JsonObject } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { ExternalOp, Handles, Op, ReadOp, SessionOp, WaitOp, WriteOp } from '../ops/op.ts';
import type { Decision } from '../permissions/decide.ts';
import type { Need } from '../permissions/need.ts';
import { holdsPlaceholder } from '../secrets/holds-placeholder.ts';
import { referencesIn, resolveReferences } from '../secrets/reference.ts';
import { askModel } from './ask-model.ts';
import { child } from './child-op.ts';
import type { Request } from './decided-in.ts';
import { settleDoubt } from './external.ts';
import { handlesFor } from './handles.ts';
import { question } from './intervene.ts';
import { deny, permit } from './permit.ts';
import type { Drive } from './ports.ts';
import { isAsShown, previewOf } from './preview.ts';
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
  const needs = needsOf(op, args);
  const begun = startedRecord(drive, step);
  let by = '';
  try {
    const unsafe = op.effect === 'writes' || op.effect === 'external' ? holdsPlaceholder(args) : false;
    const [first] = needs;
    if (unsafe && first !== undefined) return deny(drive, op, request, first, SECRET_INSIDE);
    const filled = resolveReferences(args, drive.ports.secret);
    const resolved = filled.ok ? filled.value : args;
    const handles = (allowed: readonly Need[]) => handlesFor(drive, op, request, allowed);
    if (begun !== undefined && op.effect === 'writes') {
      if (await wasWritten(drive, op, step, begun.intent, handles(needs))) return;
    }
    const preview = () => previewOf(op, resolved, () => handles(needs));
    const permitted = await permit(drive, op, request, needs, preview);
    if (permitted === undefined) return;
    by = permitted.by;
    if (!filled.ok) throw new OpError('no_secret', missingSecrets(filled.missing));
    await perform(drive, op, { request, args: resolved, by, handles: handles(permitted.needs) });
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    if (startedRecord(drive, step) === undefined) drive.emit(startedEvent(request, by, {}));
    drive.emit({ type: 'op_finished', step, data: { error: { code: error.code, message: error.message } } });
  }
}

/** What the op needs, and leave to use each stored secret its arguments refer to. */
function needsOf(op: Op, args: JsonObject): readonly Need[] {
  return [...op.needs(args), ...referencesIn(args).map((name) => ({ kind: 'secret', name }) as const)];
}

function missingSecrets(names: readonly string[]): string {
  return `No secret is stored as ${names.join(', ')}; a person stores one with \`reyn secrets set\`.`;
}

const SECRET_INSIDE: Decision = {
  verdict: 'deny',
  by: 'protection redacted',
  reason:
    'The arguments hold a secret, which was taken out before they were recorded: what would be done is not what was meant. Store the secret with `reyn secrets set NAME` and refer to it as $' +
    '{secret:NAME}; to change a file around a secret, edit only the lines beside it.',
};

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
      return child(drive, op, { step: performance.request.step, args: performance.args }, (intent) =>
        start(drive, performance, intent),
      );
    case 'external':
      return external(drive, op, performance);
    case 'session':
      return session(drive, op, performance);
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

/** What was done of it before a crash is kept by whoever does it: it goes on from there. */
async function session(drive: Drive, op: SessionOp, performance: Performance): Promise<void> {
  const { step } = performance.request;
  start(drive, performance);
  await drive.log.flush();
  const { result, spent } = await op.perform(performance.args, performance.handles);
  drive.emit({ type: 'op_finished', step, data: { result, spent } });
  await drive.log.flush();
}

/** Intent and receipt are durable at once: nothing here can tell later whether it happened. */
async function external(drive: Drive, op: ExternalOp, performance: Performance): Promise<void> {
  const { request, args, handles } = performance;
  const { step } = request;
  if (startedRecord(drive, step) !== undefined) {
    const doubt = await settleDoubt(drive, op, step, request.args as JsonObject);
    if (doubt.now === 'waits') return;
    if (doubt.now === 'settled') return finish(drive, step, doubt.result);
  }
  const { backend } = drive.ports.exec;
  start(drive, performance, op.needKinds.includes('exec') && backend !== undefined ? { backend } : {});
  await drive.log.flush();
  try {
    finish(drive, step, await op.run(args, handles));
  } catch (error) {
    // what was broken off by a person may have happened: it is left in doubt, and asked about on resume
    if (drive.ports.signal.aborted) throw new Error(`${op.kind} was broken off`, { cause: error });
    if (!(error instanceof OpError)) throw error;
    drive.emit({ type: 'op_finished', step, data: { error: { code: error.code, message: error.message } } });
  }
  await drive.log.flush();
}

async function write(drive: Drive, op: WriteOp, performance: Performance): Promise<void> {
  const { step } = performance.request;
  const plan = await op.plan(performance.args, performance.handles);
  const { path, pre, post, result } = plan;
  if (!isAsShown(drive, step, plan)) {
    throw new OpError('changed', `"${path}" was changed after a person was shown what would be written.`);
  }
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
