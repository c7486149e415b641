import { UserError } from '../../os/errors.ts';
import type { Catalog, CatalogEntry, Opened } from '../../os/skills/catalog.ts';
import { compileSkill } from '../../os/skills/compile.ts';
import { fingerprintOf } from '../../os/skills/fingerprint.ts';
import type { SkillSource } from '../../os/skills/source.ts';
import { bytesOf, type OwnFiles, readOwn } from './folder.ts';

/** A skill's folder as it is now, read once. */
export type Look = {
  readonly skill: string;
  readonly entry: CatalogEntry;
  readonly own: OwnFiles;
  readonly source: SkillSource;
  readonly fingerprint: string;
};

/** @throws UserError `not_found`, `skill` when the folder holds what cannot be a version. */
export function lookAt(catalog: Catalog, skill: string): Look {
  const entry = catalog.find(skill);
  if (entry === undefined) {
    catalog.source(skill); // says what there is instead
    throw new UserError('not_found', `there is no skill "${skill}"`);
  }
  const own = readOwn(entry.dir, skill);
  const source = catalog.sourceOf(entry, bytesOf(own));
  return { skill, entry, own, source, fingerprint: fingerprintOf(source) };
}

/** As {@link lookAt}, of a skill whose folder may be exchanged. @throws UserError `refused` for one that ships. */
export function lookAtOwn(catalog: Catalog, skill: string): Look & { readonly dir: string } {
  const look = lookAt(catalog, skill);
  const { origin } = look.entry;
  if (origin === 'project' || origin === 'local') return { ...look, dir: `reyn/${origin}/${skill}` };
  throw new UserError('refused', `"${skill}" ships with Reyn and is the same for everybody: it has no versions here`, {
    where: { skill },
    hint: `\`reyn skill copy ${skill}\` makes a copy that is yours to change.`,
  });
}

/** A source with its skill; `undefined` when it does not load. */
export function openedOf(source: SkillSource): Opened | undefined {
  const { skill } = compileSkill(source);
  return skill === undefined ? undefined : { skill, source };
}
