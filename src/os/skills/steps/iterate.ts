import { nameProblem } from '../names.ts';
import { member, numberOf, type Part, refuse, textOf } from '../part.ts';
import { artifactPath, type StepType } from './frame.ts';

/** Branches of one step that run at the same time, when it does not say how many. */
export const DEFAULT_CONCURRENCY = 4;
export const MAX_CONCURRENCY = 256;
/** What a branch calls its item, when the step does not say. */
export const DEFAULT_ITEM = 'item';

/** One branch per item of a list. */
export const iterateStep: StepType = {
  type: 'iterate',
  keys: ['over', 'as', 'apply', 'concurrency'],
  read(part, frame, { inner }) {
    const over = neededPath(member(part, 'over'), part);
    const as = itemName(member(part, 'as'));
    const apply = innerStep(member(part, 'apply'), part, 'apply', (at) => inner(at, as));
    const concurrency = concurrencyOf(member(part, 'concurrency'));
    return over && apply && { type: 'iterate', over, as, apply, concurrency, ...frame };
  },
};

function neededPath(part: Part, step: Part): readonly string[] | undefined {
  if (part.value !== undefined) return artifactPath(part);
  return refuse(step, 'format/missing-key', 'the step names no list', 'Add "over" with the dot path of a list.');
}

function itemName(part: Part): string {
  const name = textOf(part) ?? DEFAULT_ITEM;
  const problem = name === 'index' ? 'that is where the place of the item stands' : nameProblem('phase', name)?.message;
  if (problem === undefined) return name;
  refuse(part, 'format/name', `an item cannot be called "${name}": ${problem}`, 'Use snake_case, e.g. "row".');
  return DEFAULT_ITEM;
}

export function innerStep<T>(part: Part, step: Part, key: string, read: (part: Part) => T): T | undefined {
  if (part.value !== undefined) return read(part);
  return refuse(step, 'format/missing-key', 'the step has nothing to do', `Add "${key}".`);
}

export function concurrencyOf(part: Part): number {
  const number = numberOf(part, 1, true) ?? DEFAULT_CONCURRENCY;
  if (number <= MAX_CONCURRENCY) return number;
  refuse(part, 'format/wrong-kind', `${number} at the same time are too many`, `Write at most ${MAX_CONCURRENCY}.`);
  return MAX_CONCURRENCY;
}
