import { UserError } from '../../os/errors.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { readEvalFiles } from '../evals/read-eval-set.ts';
import { type Facts, learningFacts } from '../state/facts.ts';

/**
 * Skills of the project that have cases and are not known to have reached their threshold: the last evaluation of what
 * is in the folder now scored below it, or there was none.
 * One whose cases cannot be read is among them, or it would be passed over for ever.
 */
export function failingSkills(catalog: Catalog, store: Facts): readonly string[] {
  const scores = new Map<string, number>();
  for (const event of learningFacts(store, 'eval_finished')) {
    if (event.type !== 'eval_finished' || event.data.score === undefined) continue;
    scores.set(`${event.data.skill} ${event.data.skill_version_hash}`, event.data.score);
  }
  return catalog
    .list()
    .filter(({ origin, shadowedBy }) => origin !== 'stdlib' && shadowedBy === undefined)
    .filter(({ name, dir }) => {
      const { set, flaws } = readEvalFiles(dir, name);
      if (set === undefined && flaws.length === 0) return false;
      const score = scores.get(`${name} ${fingerprintAt(catalog, name)}`);
      return set === undefined || score === undefined || score < set.acceptanceThreshold;
    })
    .map(({ name }) => name);
}

/** `undefined` for a skill that does not load; improving it says why. */
function fingerprintAt(catalog: Catalog, name: string): string | undefined {
  try {
    return catalog.open(name).skill.fingerprint;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
