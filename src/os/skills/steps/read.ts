import { nearest, some } from '../../suggest.ts';
import { readGuard } from '../guards.ts';
import { checkKeys, itemsOf, member, membersOf, type Part, refuse, textOf, wordOf } from '../part.ts';
import type { Step } from '../skill.ts';
import { artifactPath, ON_ERROR, type StepContext } from './frame.ts';
import { STEP_TYPES } from './list.ts';

const FRAME_KEYS = ['type', 'into', 'on_error', 'when'];
const BRANCH_KEYS = ['type', 'on_error', 'when'];
const RESULT = 'Delete it: the result of a branch is joined into that of the step around it.';

/** What must be known of the skill around steps to read them. */
export type StepsContext = Pick<StepContext, 'phases' | 'code'>;

/** Levels of steps within steps. */
const MAX_LEVELS = 4;

/** Reads a list of deterministic steps. */
export function readSteps(part: Part, context: StepsContext): readonly Step[] {
  return (itemsOf(part, 'steps') ?? []).flatMap((item) => readStep(item, context, { level: 0 }) ?? []);
}

/** Where a step stands: how deep in others, and what the innermost `iterate` calls its item. */
type Nesting = { readonly level: number; readonly item?: string };

function readStep(part: Part, around: StepsContext, nesting: Nesting): Step | undefined {
  const { level, item } = nesting;
  if (membersOf(part, 'a step') === undefined) return undefined;
  const typePart = member(part, 'type');
  const name = textOf(typePart);
  if (name === undefined) {
    if (typePart.value === undefined) refuse(part, 'format/missing-key', 'the step has no type', 'Add "type".');
    return undefined;
  }
  const type = STEP_TYPES.find((known) => known.type === name);
  if (type === undefined) return refuseType(typePart, name);
  if (level > MAX_LEVELS) {
    return refuse(part, 'format/too-deep', `steps nest deeper than ${MAX_LEVELS}`, 'Make the inner part a sub-skill.');
  }
  const isBranch = level > 0;
  const frameKeys = isBranch ? BRANCH_KEYS : FRAME_KEYS;
  checkKeys(part, [...frameKeys, ...type.keys], `a step of type ${name}`, isBranch ? { into: RESULT } : {});
  const intoPart = member(part, 'into');
  const into = isBranch || intoPart.value === undefined ? undefined : artifactPath(intoPart);
  const onError = wordOf(member(part, 'on_error'), ON_ERROR) ?? 'fail';
  const when = readGuard(member(part, 'when'), around.phases);
  const inner: StepContext['inner'] = (at, own = item) =>
    readStep(at, around, { level: level + 1, ...(own === undefined ? {} : { item: own }) });
  const context = { ...around, ...(item === undefined ? {} : { item }), inner };
  return type.read(part, { ...(into === undefined ? {} : { into }), onError, when }, context);
}

function refuseType(part: Part, name: string): undefined {
  const known = STEP_TYPES.map(({ type }) => type);
  const near = nearest(name, known);
  const fix = near === undefined ? `Write one of ${some(known)}.` : `Write "${near}".`;
  return refuse(part, 'format/unknown-step', `there is no step of type "${name}"`, fix);
}
