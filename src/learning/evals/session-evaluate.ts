import { setImmediate as nextRound } from 'node:timers/promises';
import { compileSchema } from '../../os/schema.ts';
import { turnstile } from '../../os/turnstile.ts';
import { feedbackOf } from './feedback.ts';
import type { CaseOutcome } from './outcome.ts';
import type { EvalRow } from './row.ts';
import { addUsed } from './rows.ts';
import { runCase } from './run-case.ts';
import { type CaseScore, scoreCase } from './score-case.ts';
import type { Measure, MeasureOptions } from './session.ts';
import type { Arm } from './session-arm.ts';
import type { SessionState } from './session-state.ts';

/** Runs that are made ready while others are driven. */
const AHEAD = 64;
/** Runs that are begun in one round of the event loop. */
const TOGETHER = 4;

type Task = { readonly measure: Measure; readonly arm: Arm; readonly key: string };

/** How one call runs its tasks. */
type Work = {
  readonly options: MeasureOptions;
  /** Leave to drive a run. */
  readonly slot: () => Promise<() => void>;
  /** Leave to score a run and keep its row. */
  readonly desk: () => Promise<() => void>;
  readonly onAbort: (stop: () => void) => () => void;
};

/**
 * Rows of all that is asked for, in its order. At most `concurrency` runs are driven at a time. The next ones are made
 * ready meanwhile; as many as may be driven are scored and become durable, so that no run waits for the disk.
 */
export async function evaluateAll(
  state: SessionState,
  asked: readonly Measure[],
  options: MeasureOptions,
): Promise<readonly EvalRow[]> {
  const { signal, concurrency } = options;
  signal.throwIfAborted();
  for (const { version } of asked) state.arm(version); // what is wrong with one is said before anything runs
  const keys: string[] = [];
  const begun = new Set<string>();
  /** The next one to make; keys are made on the way, not before the first run may begin. */
  const nextTask = (): Task | undefined => {
    for (let measure = asked[keys.length]; measure !== undefined; measure = asked[keys.length]) {
      const arm = state.arm(measure.version);
      const key = arm.keyOf(measure.case, measure.seed);
      keys.push(key);
      if (begun.has(key)) continue;
      begun.add(key);
      return { measure, arm, key };
    }
    return undefined;
  };
  const stops = new Set<() => void>();
  const stopAll = () => {
    for (const stop of stops) stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  const work: Work = {
    options,
    slot: slots(concurrency),
    desk: slots(concurrency),
    onAbort: (stop) => {
      stops.add(stop);
      return () => stops.delete(stop);
    },
  };
  const found = new Map<string, EvalRow>();
  const turn = turnstile(TOGETHER);
  let failure: { readonly error: unknown } | undefined;
  /** The rows of one worker one after the other, each begun when the run before it has been driven. */
  const worker = async () => {
    const rows: Promise<unknown>[] = [];
    for (;;) {
      await turn();
      if (failure !== undefined || signal.aborted) break;
      const task = nextTask();
      if (task === undefined) break;
      const { promise: driven, resolve: onDriven } = Promise.withResolvers<void>();
      const made = rowOf(state, task, work, onDriven)
        .then(
          (row) => found.set(task.key, row),
          (error: unknown) => {
            failure ??= { error };
          },
        )
        .finally(onDriven);
      rows.push(made);
      await driven;
    }
    await Promise.all(rows);
  };
  const workers = Math.min(asked.length, concurrency + Math.min(concurrency, AHEAD));
  try {
    const working = Array.from({ length: workers }, worker);
    void turn().then(() => compileArtifacts(asked)); // while the first models are at it
    await Promise.all(working);
  } finally {
    signal.removeEventListener('abort', stopAll);
  }
  signal.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  return keys.flatMap((key) => found.get(key) ?? []);
}

/** Compiling a schema takes longer than all else between an answer and the next call; here nobody waits for it. */
function compileArtifacts(asked: readonly Measure[]): void {
  for (const { skill } of new Set(asked.map(({ version }) => version))) {
    for (const { schema } of Object.values(skill.artifacts)) {
      try {
        compileSchema(schema);
      } catch {
        // whoever needs it says so
      }
    }
  }
}

/** The row of a task: one that is there, one that is being made, one of an earlier session, or a new one. */
async function rowOf(state: SessionState, task: Task, work: Work, onDriven: () => void): Promise<EvalRow> {
  const { onRow } = work.options;
  const known = state.rows.get(task.key) ?? (await state.running.get(task.key));
  if (known !== undefined) {
    onRow?.(known, true);
    return known;
  }
  const making = makeRow(state, task, work, onDriven);
  state.running.set(task.key, making);
  try {
    const row = await making;
    onRow?.(row, row.from !== undefined);
    return row;
  } finally {
    state.running.delete(task.key);
  }
}

async function makeRow(state: SessionState, task: Task, work: Work, onDriven: () => void): Promise<EvalRow> {
  const earlier = state.earlier(task.arm.closure)(task.key);
  if (earlier !== undefined) {
    await state.keep(earlier);
    return earlier;
  }
  const { measure, arm, key } = task;
  const { deps, request } = state;
  const run = arm.runFor(key);
  const {
    skill,
    skill: { fingerprint },
  } = request.baseline;
  const root = state.store.hasRun(run) && arm.copies.has(run) ? arm.copies.at(run) : arm.copies.make(run);
  const { ms = Number.POSITIVE_INFINITY, ...limits } = work.options.most ?? {};
  const outcome = await runCase({
    project: arm.project(root, (each) => arm.models.pins(each, measure.seed)),
    version: arm.version,
    case: measure.case,
    run,
    as: { skill: skill.name, skill_version_hash: fingerprint },
    model: request.model,
    most: limits,
    timeout: Math.min(deps.project.config.eval.timeout * 1000, ms),
    signal: work.options.signal,
    onAbort: work.onAbort,
    slot: work.slot,
  });
  const leaveDesk = await work.desk();
  onDriven();
  await nextRound(); // the answers of other models come first: their runs make way for the next
  try {
    const tools = { ...state.tools, signal: work.options.signal };
    const scored = await scoreCase(measure.case, { ...outcome, dir: root }, tools);
    arm.copies.drop(run);
    const row = rowFrom(state, task, outcome, scored);
    await state.keep(row);
    return row;
  } finally {
    leaveDesk();
  }
}

function rowFrom(
  { request }: SessionState,
  { measure, arm, key }: Task,
  outcome: CaseOutcome,
  scored: CaseScore,
): EvalRow {
  const { error, run, head, usage } = outcome;
  const { score, pass, status, checks, usage: judged } = scored;
  const seen = request.what === 'verify' ? {} : { feedback: feedbackOf(measure.case, outcome, scored.checks) };
  return {
    key,
    case: measure.case.id,
    closure: arm.closure,
    skill_version_hash: arm.version.skill.fingerprint,
    seed: measure.seed,
    model: arm.models.name,
    score,
    pass,
    checks,
    status,
    ...(run === undefined ? {} : { run }),
    ...(head === undefined ? {} : { head }),
    ...(error === undefined ? {} : { error: `${error.code}: ${error.message}` }),
    usage: addUsed(usage, { ...judged, ms: 0, turns: 0 }),
    ...seen,
  };
}

/** Leave for so many at a time, in the order in which it is asked for. */
function slots(count: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = count;
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return () => {
    if (free === 0) return new Promise((resolve) => waiting.push(() => resolve(release)));
    free -= 1;
    return Promise.resolve(release);
  };
}
