import { nearest, some } from '../../suggest.ts';
import { readGuard } from '../guards.ts';
import { checkKeys, itemsOf, member, membersOf, type Part, refuse, textOf, wordOf } from '../part.ts';
import type { Step } from '../skill.ts';
import { artifactPath, ON_ERROR } from './frame.ts';
import { LATER_STEP_TYPES, STEP_TYPES } from './list.ts';

const FRAME_KEYS = ['type', 'into', 'on_error', 'when'];

/** Reads a list of deterministic steps. */
export function readSteps(part: Part, phases: readonly string[]): readonly Step[] {
  return (itemsOf(part, 'steps') ?? []).flatMap((item) => readStep(item, phases) ?? []);
}

function readStep(part: Part, phases: readonly string[]): Step | undefined {
  if (membersOf(part, 'a step') === undefined) return undefined;
  const typePart = member(part, 'type');
  const name = textOf(typePart);
  if (name === undefined) {
    if (typePart.value === undefined) refuse(part, 'format/missing-key', 'the step has no type', 'Add "type".');
    return undefined;
  }
  const type = STEP_TYPES.find((known) => known.type === name);
  if (type === undefined) return refuseType(typePart, name);
  checkKeys(part, [...FRAME_KEYS, ...type.keys], `a step of type ${name}`);
  const intoPart = member(part, 'into');
  const into = intoPart.value === undefined ? undefined : artifactPath(intoPart);
  const onError = wordOf(member(part, 'on_error'), ON_ERROR) ?? 'fail';
  const when = readGuard(member(part, 'when'), phases);
  return type.read(part, { ...(into === undefined ? {} : { into }), onError, when });
}

function refuseType(part: Part, name: string): undefined {
  if (LATER_STEP_TYPES.includes(name)) {
    const fix = 'Use an "op" or "validate" step, or let a phase do it.';
    return refuse(part, 'format/not-yet', `a step of type "${name}" runs in a later version`, fix);
  }
  const known = STEP_TYPES.map(({ type }) => type);
  const near = nearest(name, [...known, ...LATER_STEP_TYPES]);
  const fix = near === undefined ? `Write one of ${some(known)}.` : `Write "${near}".`;
  return refuse(part, 'format/unknown-step', `there is no step of type "${name}"`, fix);
}
