import { cpSync, existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reshaped } from './api.ts';
import { UserError } from './os/errors.ts';
import type { Catalog } from './os/skills/catalog.ts';
import type { Conversion } from './os/skills/conversion.ts';
import { joinSkill } from './os/skills/join.ts';
import { decodeText } from './os/skills/regular-file.ts';
import type { SkillSource } from './os/skills/source.ts';
import { splitSkill } from './os/skills/split.ts';

/**
 * Writing a skill in its other form.
 *
 *  W1 The new folder is made beside the old one and takes its place by renames; the old one goes last. After a crash
 *     between the two renames the old folder still lies beside, and the next conversion puts it back first.
 *  W2 Every file that is no part of the conversion comes along, dotfiles and evals too.
 */

const FORMS = { split: splitSkill, join: joinSkill } as const;

/** @throws UserError `not_found`, `skill`, `usage` (nothing to do, or it would not be the same skill), `disk`. */
export function reshapeSkill(
  shelf: { readonly root: string; readonly catalog: Catalog },
  name: string,
  form: keyof typeof FORMS,
  dryRun: boolean,
): Reshaped {
  putBack(shelf.root, name);
  const source = shelf.catalog.source(name);
  if (source.origin !== 'project' && source.origin !== 'local') {
    throw new UserError('usage', `"${name}" ships with Reyn and is not changed in place.`, {
      hint: `Make it yours first: reyn skill copy ${name}`,
    });
  }
  const conversion = FORMS[form](source);
  if (!dryRun) replaceFolder(path.resolve(shelf.root, source.dir), conversion);
  return { skill: name, folder: source.dir, written: !dryRun, changes: changesOf(source, conversion) };
}

function changesOf(source: SkillSource, conversion: Conversion): Reshaped['changes'] {
  return [...conversion].map(([file, after]) => {
    const bytes = source.files.get(file);
    const before = bytes === undefined ? undefined : (decodeText(bytes) ?? '');
    return { file, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  });
}

const asideOf = (folder: string) => path.join(path.dirname(folder), `.old-${path.basename(folder)}`);

/** Undoes a conversion that a crash broke off between its two renames. */
function putBack(root: string, name: string): void {
  if (name === '' || name !== path.basename(name)) return;
  for (const place of ['project', 'local']) {
    const folder = path.join(root, 'reyn', place, name);
    if (!existsSync(folder) && existsSync(asideOf(folder))) renameSync(asideOf(folder), folder);
  }
}

function replaceFolder(folder: string, conversion: Conversion): void {
  const fresh = path.join(path.dirname(folder), `.new-${path.basename(folder)}-${process.pid}`);
  const aside = asideOf(folder);
  try {
    rmSync(aside, { recursive: true, force: true }); // of a conversion that was broken off after its second rename
    cpSync(folder, fresh, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    for (const [file, text] of conversion) {
      const place = path.join(fresh, file);
      if (text === undefined) rmSync(place, { force: true });
      else {
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, text, { flush: true });
      }
    }
    for (const emptied of ['phases', 'artifacts']) removeIfEmpty(path.join(fresh, emptied));
    renameSync(folder, aside);
    renameSync(fresh, folder);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (!existsSync(folder) && existsSync(aside)) renameSync(aside, folder);
    throw new UserError('disk', `The skill cannot be written: ${(error as Error).message}.`, {
      where: { file: folder },
      hint: 'It is as it was.',
      cause: error,
    });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // absent, or it still holds files that are not part of the format
  }
}
