import { getPath, isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import type { BranchingStep, Step } from '../skills/skill.ts';
import { emptyOf } from '../steps/empty.ts';
import { firstFailing } from './guards.ts';
import type { RunState } from './state.ts';
import { recordOf, type StepRecord } from './steps.ts';

/**
 * How a step stands, branches and all: pure, from the records of the run (K3).
 *
 *  - B1 A branch sees a copy of the artifact and fills one slot; slots are joined in the order of the list or the names.
 *  - B2 A branch that failed and must not fail fails its step: no further branch is begun, those begun are ended.
 *  - B3 Otherwise its step is done when every branch is; a branch that waits holds up only itself.
 */
export type Branch = {
  readonly id: string;
  readonly step: Step;
  /** What the step works on: the artifact, for an item with that in it. */
  readonly scope: Json;
};

type Settled = Exclude<StepRecord, { status: 'started' | 'open' }>;
export type Standing = { readonly status: 'due' } | Settled;

/** Items a list may have to be gone through. */
export const MAX_BRANCHES = 10_000;

export function isBranching(step: Step): step is BranchingStep {
  return step.type === 'iterate' || step.type === 'parallel';
}

export function isSettled(record: StepRecord | undefined): record is Settled {
  return record !== undefined && record.status !== 'started' && record.status !== 'open';
}

/** The branches of a step in their order, or why it has none. */
export function branchesOf({ id, step, scope }: Branch & { readonly step: BranchingStep }): readonly Branch[] | string {
  if (step.type === 'parallel') {
    return Object.entries(step.branches).map(([name, inner]) => ({ id: `${id}/b-${name}`, step: inner, scope }));
  }
  const list = getPath(scope, step.over);
  const path = step.over.join('.') || '.';
  if (!Array.isArray(list)) return `there is no list at ${path}`;
  if (list.length > MAX_BRANCHES) return `the list at ${path} has ${list.length} items, more than ${MAX_BRANCHES}`;
  const around = isObject(scope) ? (scope as JsonObject) : {};
  return list.map((item: Json, index) => ({
    id: `${id}/i${index + 1}`,
    step: step.apply,
    scope: { ...around, [step.as]: item, index },
  }));
}

/** @param schema of what the step gives, for branches that are to be empty. */
export function standingOf(branch: Branch, state: RunState, schema: JsonSchema | undefined): Standing {
  const { id, step, scope } = branch;
  const record = recordOf(state.steps, id);
  if (isSettled(record)) return record;
  if (record === undefined && isClosed(branch, state)) return { status: 'skipped' };
  if (record?.status === 'started' || !isBranching(step)) return { status: 'due' };
  const branches = branchesOf({ id, step, scope });
  if (typeof branches === 'string') return { status: 'due' }; // to be recorded as failed
  if (branches.length > 0 && record === undefined) return { status: 'due' };
  return joined(step, branches, state, schema);
}

function isClosed({ step, scope }: Branch, { visits }: RunState): boolean {
  return firstFailing(step.when, { visits, input: scope, artifact: scope }) !== undefined;
}

function joined(
  step: BranchingStep,
  branches: readonly Branch[],
  state: RunState,
  schema: JsonSchema | undefined,
): Standing {
  const schemas = branches.map((_, i) => slotSchema(step, schema, i));
  const ends = branches.map((branch, i) => standingOf(branch, state, schemas[i]));
  const fatal = branches.findIndex((branch, i) => isFatal(branch.step, ends[i] ?? DUE));
  const isLeft = (branch: Branch, i: number) =>
    ends[i]?.status === 'due' && (fatal === -1 || recordOf(state.steps, branch.id) !== undefined);
  if (branches.some(isLeft)) return DUE;
  const failed = branches[fatal];
  if (failed !== undefined) {
    const message = `${failed.id} (${failed.step.type}) failed: ${whyOf(ends[fatal] ?? DUE)}`;
    const end = ends[fatal];
    return { status: 'failed', code: end?.status === 'failed' && end.code === 'limit' ? 'limit' : 'branch', message };
  }
  const slots = branches.map((branch, i) => slotOf(branch.step, ends[i] ?? DUE, schemas[i]));
  if (step.type === 'iterate') return { status: 'done', result: slots.flat() };
  const names = Object.keys(step.branches);
  const filled = slots.flatMap((slot, i): [string, Json][] => slot.map((value) => [names[i] ?? '', value]));
  return { status: 'done', result: Object.fromEntries(filled) };
}

const DUE: Standing = { status: 'due' };

/** Whether the end of a branch fails the step around it. */
export function isFatal(step: Step, { status }: Standing): boolean {
  return (status === 'failed' || status === 'denied') && step.onError === 'fail';
}

export function whyOf(standing: Standing): string {
  if (standing.status === 'failed') return standing.message;
  return standing.status === 'denied' ? `denied: ${standing.reason}` : standing.status;
}

/** What a branch puts into the result: one value, or nothing where it was skipped. */
function slotOf(step: Step, end: Standing, schema: JsonSchema | undefined): readonly Json[] {
  if (end.status === 'done') return [end.result ?? null];
  return end.status !== 'skipped' && step.onError === 'empty' ? [emptyOf(schema)] : [];
}

function slotSchema(step: BranchingStep, schema: JsonSchema | undefined, index: number): JsonSchema | undefined {
  const path = step.type === 'iterate' ? ['items'] : ['properties', Object.keys(step.branches)[index] ?? ''];
  const found = getPath(schema, path);
  return isObject(found) ? (found as JsonObject) : undefined;
}

/** Whether nothing of a step that is due can go on before somebody answers. */
export function isHeldUp(branch: Branch, state: RunState): boolean {
  const { id, step, scope } = branch;
  if (!isBranching(step)) return waitsAt(id, state);
  if (waitsAt(id, state)) return true;
  const branches = branchesOf({ id, step, scope });
  if (typeof branches === 'string' || recordOf(state.steps, id) === undefined) return false;
  const due = branches.filter((each) => standingOf(each, state, undefined).status === 'due');
  const fatal = branches.some((each) => isFatal(each.step, standingOf(each, state, undefined)));
  const left = fatal ? due.filter((each) => recordOf(state.steps, each.id) !== undefined) : due;
  return left.length > 0 && left.every((each) => isHeldUp(each, state));
}

/** Whether a step has an open question, or its sub-run waits. */
export function waitsAt(id: string, state: RunState): boolean {
  const record = recordOf(state.steps, id);
  if (record?.status === 'started' && record.childWaits !== undefined) return true;
  return Object.values(state.interventions).some((asked) => asked.step === id && asked.answer === undefined);
}
