import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from './os/clock.ts';
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';
import type { WaysOptions } from './os/network/reach.ts';
import { fingerprintOf } from './os/skills/fingerprint.ts';
import { nameProblem } from './os/skills/names.ts';
import type { SkillSource } from './os/skills/source.ts';
import { AGENT_SKILL_MD, SKILL_MD } from './os/skills/source-paths.ts';
import { placeFolder } from './place-folder.ts';
import type { Surveyed } from './survey.ts';

/** What working on skills takes. */
export type Shelf = Surveyed & {
  readonly store: () => Store;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What stands between names and wires; empty = the system's own. */
  readonly ways: WaysOptions;
};

/** The place of a skill that is to be. @throws UserError `usage`. */
export function vacantPlace({ root }: Shelf, name: string): { readonly place: string; readonly shown: string } {
  const problem = nameProblem('skill', name);
  if (problem !== undefined) throw new UserError('usage', problem.message, { hint: problem.fix });
  const place = path.join(root, 'reyn', 'project', name);
  const shown = path.posix.join('reyn/project', name);
  if (!existsSync(place)) return { place, shown };
  throw new UserError('usage', `there is a skill "${name}" in the project already`, {
    where: { file: shown },
    hint: 'Choose another name, or remove that folder first.',
  });
}

/** Writes a whole skill or none of it: into a folder beside, then one rename. @returns the folder, project-relative. */
export async function writeSkill(
  shelf: Shelf,
  name: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  from: string,
  isExecutable: (file: string) => boolean = () => false,
): Promise<string> {
  const { place, shown } = vacantPlace(shelf, name);
  placeFolder(place, files, isExecutable);
  await recordCreated(shelf, name, from);
  return shown;
}

/** Notes that a skill was written. */
export function recordCreated(shelf: Shelf, name: string, from: string) {
  const hash = fingerprintOf(shelf.catalog.source(name));
  return shelf.store().appendProject({ type: 'skill_created', data: { skill: name, skill_version_hash: hash, from } });
}

/** Skills by name or folder. */
export function sourcesOf({ root, catalog }: Shelf, names: readonly string[]): readonly SkillSource[] {
  return names.map((name) => (isFolder(root, name) ? catalog.sourceAt(name) : catalog.source(name)));
}

function isFolder(root: string, name: string): boolean {
  return (
    name.includes('/') ||
    name === '.' ||
    ([SKILL_MD, AGENT_SKILL_MD].some((file) => existsSync(path.resolve(root, name, file))) &&
      !existsSync(path.join(root, 'reyn/project', name)))
  );
}

/** All files of a skill's own folder, those only people see among them. */
export function filesOf({ root }: Shelf, source: SkillSource): Map<string, Uint8Array | string> {
  const own = [...source.files].filter(([file]) => !file.startsWith('shared/'));
  return new Map([...own, ...evalFiles(path.resolve(root, source.dir))]);
}

/** Eval files are closed to runs and no part of a source; a person who copies a skill wants them all the same. */
function evalFiles(dir: string): [string, Uint8Array][] {
  const all = ['eval.md', ...listed(dir, 'evals')];
  return all
    .filter((name) => lstatSync(path.join(dir, name), { throwIfNoEntry: false })?.isFile() === true)
    .map((name) => [name, readFileSync(path.join(dir, name))]);
}

/** Files below a folder of `dir`, links not followed. */
function listed(dir: string, folder: string): string[] {
  if (lstatSync(path.join(dir, folder), { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const entries = readdirSync(path.join(dir, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? listed(dir, name) : entry.isFile() ? [name] : [];
    })
    .sort();
}
