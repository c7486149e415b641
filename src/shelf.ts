import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Reyn } from './api.ts';
import type { Clock } from './os/clock.ts';
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';
import { fingerprintOf } from './os/skills/fingerprint.ts';
import { nameProblem } from './os/skills/names.ts';
import type { SkillSource } from './os/skills/source.ts';
import { AGENT_SKILL_MD, mainFileOf, pathOfFile, SKILL_MD } from './os/skills/source-paths.ts';
import { openSurvey, type Surveyed } from './survey.ts';

export type Shelf = Surveyed & { readonly store: () => Store; readonly clock: Clock };

/** What can be done with skills besides running them. What writes loads its code when it is asked to. */
export function openShelf(shelf: Shelf): Reyn['skills'] {
  const survey = openSurvey(shelf);
  return {
    list: () => survey.describe(),
    load: (name) => shelf.catalog.load(name),
    lint: (names) => (names.length === 0 ? survey.lintAll() : survey.lint(sourcesOf(shelf, names))),
    copy: async (name, as = name) => copySkill(shelf, name, as),
    vacant: (name) => vacantPlace(shelf, name),
    exportTo: async (name, out = 'agent-skills') => exportSkill(shelf, name, out),
    importFrom: async (folder, as) => importSkill(shelf, folder, as),
    create: async (name, wish) => {
      const { skillTemplate } = await import('./os/skills/template.ts');
      const files = skillTemplate(name, wish);
      await writeSkill(shelf, name, files, 'template');
      return [...files.keys()].map((file) => path.posix.join('reyn/project', name, file));
    },
    adopt: (name, run) => adopt(shelf, name, run),
    reshape: async (name, form, { dryRun = false } = {}) =>
      (await import('./reshape.ts')).reshapeSkill(shelf, name, form, dryRun),
  };
}

/** The place of a skill that is to be. @throws UserError `usage`. */
function vacantPlace({ root }: Shelf, name: string): { readonly place: string; readonly shown: string } {
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

async function adopt(shelf: Shelf, name: string, run: string): Promise<readonly string[]> {
  const { evalSkeleton } = await import('./os/runs/skeleton.ts');
  const dir = path.posix.join('reyn/project', name);
  const absent = [...evalSkeleton(shelf.catalog.load(name))].filter(
    ([file]) => !existsSync(path.join(shelf.root, dir, file)),
  );
  for (const [file, text] of absent) {
    mkdirSync(path.dirname(path.join(shelf.root, dir, file)), { recursive: true });
    writeFileSync(path.join(shelf.root, dir, file), text);
  }
  await recordCreated(shelf, name, `run ${run}`);
  return absent.map(([file]) => path.posix.join(dir, file));
}

function recordCreated(shelf: Shelf, name: string, from: string) {
  const hash = fingerprintOf(shelf.catalog.source(name));
  return shelf.store().appendProject({ type: 'skill_created', data: { skill: name, skill_version_hash: hash, from } });
}

/** Skills by name or folder. */
function sourcesOf({ root, catalog }: Shelf, names: readonly string[]): readonly SkillSource[] {
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

async function copySkill(shelf: Shelf, name: string, as: string): Promise<string> {
  const source = shelf.catalog.source(name);
  const files = filesOf(shelf, source);
  const renamed = as === name ? files : rename(files, name, as);
  return writeSkill(shelf, as, renamed, name, path.resolve(shelf.root, source.dir));
}

/** All files of a skill's own folder, those only people see among them. */
function filesOf({ root }: Shelf, source: SkillSource): Map<string, Uint8Array | string> {
  const own = [...source.files].filter(([file]) => !file.startsWith('shared/'));
  return new Map([...own, ...evalFiles(path.resolve(root, source.dir))]);
}

async function importSkill(shelf: Shelf, folder: string, as: string | undefined): Promise<string> {
  const source = shelf.catalog.sourceAt(folder);
  const refuse = (message: string, hint: string, file?: string) =>
    new UserError('skill', message, { where: { file: file ?? folder }, hint });
  const [unread] = source.unread ?? [];
  if (unread !== undefined) throw refuse(unread.message, unread.fix, pathOfFile(source.dir, unread.file));
  const main = mainFileOf(source);
  if (!source.files.has(main)) {
    throw refuse(`the folder has neither ${SKILL_MD} nor ${AGENT_SKILL_MD}`, 'Name the folder of one skill.');
  }
  const name = as ?? source.name;
  const at = new Date(shelf.clock.now()).toISOString();
  const { withProvenance } = await import('./os/skills/provenance.ts');
  const changed = withProvenance(source, { name, from: folder, at });
  if (changed === undefined) {
    const hint = 'Close it with a line "---", write its keys in lines of their own, and mend what `reyn lint` names.';
    throw refuse('the front matter cannot be changed', hint, pathOfFile(source.dir, main));
  }
  const files = new Map([...filesOf(shelf, source), [main, changed]]);
  return writeSkill(shelf, name, files, folder, path.resolve(shelf.root, source.dir));
}

async function exportSkill(shelf: Shelf, name: string, out: string): Promise<string> {
  const { toAgentSkill } = await import('./os/skills/agent-skill/export.ts');
  const [source] = sourcesOf(shelf, [name]);
  const exported = source === undefined ? undefined : toAgentSkill(source);
  if (exported?.ok !== true) {
    const [first, ...others] = exported?.problems ?? [];
    const more = others.map(({ message }) => `; ${message}`).join('');
    throw new UserError('skill', `cannot be an Agent Skills folder: ${first?.message ?? 'no such skill'}${more}`, {
      where: { skill: name },
      ...(first === undefined ? {} : { hint: first.fix }),
    });
  }
  const place = path.resolve(shelf.root, out, exported.name);
  const shown = path.posix.join(out, exported.name);
  if (existsSync(place)) {
    const hint = 'Name another place with --out, or remove that folder first.';
    throw new UserError('usage', 'there is a folder already', { where: { file: shown }, hint });
  }
  placeFolder(place, exported.files, path.resolve(shelf.root, source?.dir ?? '.'));
  return shown;
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

/** The name in the front matter goes with the folder's. */
function rename(
  files: ReadonlyMap<string, Uint8Array | string>,
  from: string,
  to: string,
): Map<string, Uint8Array | string> {
  const main = mainFileOf({ files });
  const text = Buffer.from(files.get(main) ?? '').toString('utf8');
  const changed = text.replace(new RegExp(`^(name:\\s*)(["']?)${from}\\2\\s*$`, 'm'), `$1${to}`);
  return new Map<string, Uint8Array | string>([...files, [main, changed]]);
}

/** Writes a whole skill or none of it: into a folder beside, then one rename. @returns the folder, project-relative. */
async function writeSkill(
  shelf: Shelf,
  name: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  from: string,
  dir?: string,
): Promise<string> {
  const { place, shown } = vacantPlace(shelf, name);
  placeFolder(place, files, dir);
  await recordCreated(shelf, name, from);
  return shown;
}

/**
 * A folder with all of the files, or none: made beside its place, then renamed. What can be executed in `dir`, where the
 * files come from, can be executed here.
 */
function placeFolder(place: string, files: ReadonlyMap<string, Uint8Array | string>, dir: string | undefined): void {
  const staging = path.join(path.dirname(place), `.new-${path.basename(place)}-${process.pid}`);
  try {
    for (const [file, content] of files) {
      mkdirSync(path.dirname(path.join(staging, file)), { recursive: true });
      const mode = dir === undefined ? 0 : (lstatSync(path.join(dir, file), { throwIfNoEntry: false })?.mode ?? 0);
      writeFileSync(path.join(staging, file), content, { mode: 0o666 | (mode & 0o111) });
    }
    renameSync(staging, place);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
