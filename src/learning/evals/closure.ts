import { canonicalJson, type Json, sha256 } from '../../os/json.ts';
import { CONTRACT } from '../../os/kernel/version.ts';
import type { Catalog, Opened } from '../../os/skills/catalog.ts';
import type { Permissions } from '../../os/skills/skill.ts';
import type { EvalCase } from './case.ts';

/** A version of a skill with every skill that its runs may reach, each as it was when it was first looked at. */
export type Closure = {
  readonly version: Opened;
  /** By name; what does not load is absent. The skill's own name means the version. */
  readonly skills: ReadonlyMap<string, Opened>;
  /** Digest of the version, the skills it reaches and the contract of the OS. */
  readonly digest: string;
};

/** @param catalog the project's, which is asked for each reached skill once. */
export function closureOf(version: Opened, catalog: Catalog): Closure {
  const own = version.skill.name;
  const skills = new Map<string, Opened>([[own, version]]);
  const missing = new Set<string>();
  const open = [version];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const name of namesIn(at.skill.permissions, catalog)) {
      if (skills.has(name) || missing.has(name)) continue;
      const found = opened(catalog, name);
      if (found === undefined) missing.add(name);
      else {
        skills.set(name, found);
        open.push(found);
      }
    }
  }
  const reached = [...skills]
    .filter(([name]) => name !== own)
    .map(([name, { skill }]) => [name, skill.fingerprint])
    .sort();
  const named = { version: version.skill.fingerprint, reached, missing: [...missing].sort(), contract: CONTRACT };
  return { version, skills, digest: sha256(canonicalJson(named as unknown as Json)) };
}

/** Names of the skills that a skill may run: as a node of its graph, in a step or in a turn, all are declared. */
function namesIn({ skill }: Permissions, catalog: Catalog): readonly string[] {
  const declared = [...skill.run, ...skill.delegate];
  if (!declared.includes(ANY)) return declared;
  return [...new Set(catalog.list().map(({ name }) => name))];
}

const ANY = '*';

/** A skill that does not load cannot be run either: its runs say so. */
function opened(catalog: Catalog, name: string): Opened | undefined {
  try {
    return catalog.open(name);
  } catch {
    return undefined;
  }
}

/** Digest of all that a run of a case and its score depend on, but for chance. */
export function caseDigest({ input, expected, checks }: EvalCase): string {
  return sha256(canonicalJson({ input, expected: expected ?? null, checks: checks as unknown as Json }));
}

export type KeyParts = {
  readonly closure: string;
  readonly case: string;
  readonly scorers: string;
  readonly model: string;
  readonly seed: number;
};

/** What a row is known by, in hex: digests in other letters may look like keys, which are taken out of a log. */
export function rowKey({ closure, case: cased, scorers, model, seed }: KeyParts): string {
  return sha256(canonicalJson([closure, cased, scorers, model, seed]));
}
