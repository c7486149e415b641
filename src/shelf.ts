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
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';
import { evalSkeleton } from './os/runs/skeleton.ts';
import { fingerprintOf } from './os/skills/fingerprint.ts';
import { nameProblem } from './os/skills/names.ts';
import type { SkillSource } from './os/skills/source.ts';
import { skillTemplate } from './os/skills/template.ts';
import { openSurvey, type Surveyed } from './survey.ts';

export type Shelf = Surveyed & { readonly store: () => Store };

/** What can be done with skills besides running them. */
export function openShelf(shelf: Shelf): Reyn['skills'] {
  const survey = openSurvey(shelf);
  return {
    list: () => survey.describe(),
    load: (name) => shelf.catalog.load(name),
    lint: (names) => (names.length === 0 ? survey.lintAll() : survey.lint(sourcesOf(shelf, names))),
    copy: async (name, as = name) => copySkill(shelf, name, as),
    vacant: (name) => vacantPlace(shelf, name),
    create: async (name, wish) => {
      const files = skillTemplate(name, wish);
      await writeSkill(shelf, name, files, 'template');
      return [...files.keys()].map((file) => path.posix.join('reyn/project', name, file));
    },
    adopt: (name, run) => adopt(shelf, name, run),
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
    (existsSync(path.resolve(root, name, 'skill.md')) && !existsSync(path.join(root, 'reyn/project', name)))
  );
}

async function copySkill(shelf: Shelf, name: string, as: string): Promise<string> {
  const source = shelf.catalog.source(name);
  const own = [...source.files].filter(([file]) => !file.startsWith('shared/'));
  const files = new Map([...own, ...evalFiles(path.resolve(shelf.root, source.dir))]);
  const renamed = as === name ? files : rename(files, name, as);
  return writeSkill(shelf, as, renamed, name);
}

/** Eval files are closed to runs and no part of a source; a person who copies a skill wants them all the same. */
function evalFiles(dir: string): [string, Uint8Array][] {
  const names = ['eval.md', ...listed(path.join(dir, 'evals')).map((name) => path.posix.join('evals', name))];
  return names
    .filter((name) => lstatSync(path.join(dir, name), { throwIfNoEntry: false })?.isFile() === true)
    .map((name) => [name, readFileSync(path.join(dir, name))]);
}

function listed(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort() : [];
}

/** The name in the front matter goes with the folder's. */
function rename(files: ReadonlyMap<string, Uint8Array>, from: string, to: string): Map<string, Uint8Array | string> {
  const text = Buffer.from(files.get('skill.md') ?? '').toString('utf8');
  const changed = text.replace(new RegExp(`^(name:\\s*)(["']?)${from}\\2\\s*$`, 'm'), `$1${to}`);
  return new Map<string, Uint8Array | string>([...files, ['skill.md', changed]]);
}

/** Writes a whole skill or none of it: into a folder beside, then one rename. @returns the folder, project-relative. */
async function writeSkill(
  shelf: Shelf,
  name: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  from: string,
): Promise<string> {
  const { place, shown } = vacantPlace(shelf, name);
  const staging = path.join(shelf.root, 'reyn', 'project', `.new-${name}-${process.pid}`);
  try {
    for (const [file, content] of files) {
      mkdirSync(path.dirname(path.join(staging, file)), { recursive: true });
      writeFileSync(path.join(staging, file), content);
    }
    renameSync(staging, place);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  await recordCreated(shelf, name, from);
  return shown;
}
