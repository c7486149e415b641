import type { Catalog } from '../../os/skills/catalog.ts';
import { type Facts, learningFacts } from '../state/facts.ts';

export type Merged = { readonly skill: string; readonly skill_version_hash: string; readonly receipt?: string };

/**
 * Skills whose folder is the candidate of a PASS that nobody has put in place by Reyn: somebody merged it, and that is
 * the approval. Their version is as yet to be recorded.
 */
export function mergedCandidates(catalog: Catalog, store: Facts): Merged[] {
  const passed = new Map<string, Merged & { readonly at: string }>();
  for (const event of learningFacts(store, 'verdict_reached')) {
    if (event.type !== 'verdict_reached' || event.data.verdict !== 'PASS') continue;
    const { skill, skill_version_hash, receipt } = event.data;
    passed.set(`${skill} ${skill_version_hash}`, { skill, skill_version_hash, receipt, at: event.ts });
  }
  const recorded = new Set(
    ['skill_improved', 'skill_rolled_back'].flatMap((type) =>
      learningFacts(store, type).flatMap(({ data }) =>
        'skill_version_hash' in data && 'skill' in data ? [`${data.skill} ${data.skill_version_hash}`] : [],
      ),
    ),
  );
  return catalog
    .list()
    .filter(({ origin }) => origin === 'project' || origin === 'local')
    .flatMap(({ name }) => {
      const fingerprint = fingerprintOf(catalog, name);
      const found = passed.get(`${name} ${fingerprint}`);
      if (found === undefined || recorded.has(`${name} ${fingerprint}`)) return [];
      const { skill, skill_version_hash, receipt } = found;
      return [{ skill, skill_version_hash, ...(receipt === undefined ? {} : { receipt }) }];
    });
}

/** `undefined` for one that does not load. */
function fingerprintOf(catalog: Catalog, name: string): string | undefined {
  try {
    return catalog.open(name).skill.fingerprint;
  } catch {
    return undefined;
  }
}
