import { checkName } from '../names.ts';
import { member, membersOf, type Part, refuse } from '../part.ts';
import type { Step } from '../skill.ts';
import type { StepType } from './frame.ts';
import { concurrencyOf } from './iterate.ts';

/** Named branches at the same time. */
export const parallelStep: StepType = {
  type: 'parallel',
  keys: ['branches', 'concurrency'],
  read(part, frame, { inner }) {
    const branches = branchesOf(member(part, 'branches'), part, inner);
    const concurrency = concurrencyOf(member(part, 'concurrency'));
    return branches && { type: 'parallel', branches, concurrency, ...frame };
  },
};

function branchesOf(part: Part, step: Part, inner: (part: Part) => Step | undefined): Record<string, Step> | undefined {
  const members = membersOf(part, 'a mapping of names to steps') ?? [];
  if (members.length === 0 && (part.value === undefined || typeof part.value === 'object')) {
    return refuse(step, 'format/missing-key', 'the step has no branches', 'Add "branches": names, each with a step.');
  }
  const read = members.map(([name, branch]) => (checkName(branch, 'phase', name) ? [name, inner(branch)] : []));
  const known = read.filter((entry): entry is [string, Step] => entry[1] !== undefined);
  return known.length === members.length ? Object.fromEntries(known) : undefined;
}
