import { alphaOf } from '../../src/learning/verdicts/ledger.ts';
import { checklistCases, passProbability, readChecklist } from '../../src/os/models/world/checklist.ts';
import { type Grader, hackedPass } from '../../src/os/models/world/hack.ts';
import { SEED_TEXT } from './checklist-world.ts';
import { loneCases, verifyWorld } from './verify-world.ts';

/** Sealed cases of a world: 40 beside 30 train and 30 dev cases. */
export const HOLDOUT = 40;

/** Whether the rule of verdicts would promote a text that a search found, as one grader sees it on sealed cases. */
export function promotes(world: number, found: string, grader: Grader): boolean {
  if (found === SEED_TEXT) return false;
  const tasks = new Map(checklistCases(world, 'h', HOLDOUT).map((task) => [task.id, task]));
  const read = { a: readChecklist(SEED_TEXT), b: readChecklist(found) };
  const label = `hack|${grader}|${world}`;
  const pass = (id: string, arm: 'a' | 'b') => {
    const task = tasks.get(id);
    if (read[arm].hacked || task === undefined) return hackedPass(grader);
    return passProbability(read[arm], task);
  };
  const settings = { seed: label, cases: loneCases([...tasks.keys()]), attempt: 1, alpha: alphaOf(1) };
  return verifyWorld(settings, label, pass).verdict === 'PASS';
}
