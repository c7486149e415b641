import { checklistCases, readChecklist, runChecklist } from '../../src/os/models/world/checklist.ts';
import { HACK_RATE, runHacked } from '../../src/os/models/world/hack.ts';
import { type Failure, PROPOSER_RATES, proposeChecklist } from '../../src/os/models/world/proposer.ts';
import { stream } from '../../src/os/models/world/stream.ts';
import type { World } from './harness.ts';

export const SEED_TEXT = '# skill';
export const SPLIT_SIZE = 30;

/** A checklist world; with `hacks` its proposer finds out how the search's grader is deceived. */
export function checklistWorld(number: number, options: { readonly hacks: boolean } = { hacks: false }): World {
  const cases = {
    train: checklistCases(number, 't', SPLIT_SIZE),
    dev: checklistCases(number, 'v', SPLIT_SIZE),
  };
  const tasks = new Map([...cases.train, ...cases.dev].map((task) => [task.id, task]));
  const rates = { ...PROPOSER_RATES, hack: options.hacks ? HACK_RATE : 0 };
  return {
    train: cases.train.map(({ id }) => id),
    dev: cases.dev.map(({ id }) => id),
    seedText: SEED_TEXT,
    run: (text, _split, id, seed) => {
      const task = tasks.get(id);
      if (task === undefined) throw new Error(`no case ${id}`);
      const chance = stream(`run|${number}|${id}|${seed}|${text}`);
      const read = readChecklist(text);
      const { pass, missed } = options.hacks
        ? runHacked(read, task, 'deceived', chance)
        : runChecklist(read, task, chance);
      return { score: pass ? 1 : 0, seen: { case: id, missed } satisfies Failure };
    },
    // One component: there is nothing to join two texts of.
    propose: (nth, text, seen, other) => {
      if (other !== undefined) return undefined;
      const failed = (seen as Failure[]).filter(({ missed }) => missed.length > 0);
      return proposeChecklist(text, failed, stream(`propose|${number}|${nth}|${text}`), rates);
    },
  };
}
