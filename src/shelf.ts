import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reyn } from './api.ts';
import { UserError } from './os/errors.ts';
import { mainFileOf } from './os/skills/source-paths.ts';
import { executableIn, placeFolder } from './place-folder.ts';
import { filesOf, recordCreated, type Shelf, sourcesOf, vacantPlace, writeSkill } from './shelf-files.ts';
import { openSurvey } from './survey.ts';

/** What can be done with skills besides running them. What writes loads its code when it is asked to. */
export function openShelf(shelf: Shelf): Reyn['skills'] {
  const survey = openSurvey(shelf);
  return {
    list: () => survey.describe(),
    folders: () => shelf.catalog.list(),
    load: (name) => shelf.catalog.load(name),
    lint: (names) => (names.length === 0 ? survey.lintAll() : survey.lint(sourcesOf(shelf, names))),
    copy: async (name, as = name) => copySkill(shelf, name, as),
    vacant: (name) => vacantPlace(shelf, name),
    exportTo: async (name, out = 'agent-skills') => exportSkill(shelf, name, out),
    bundleTo: async (name, out = 'bundles') => (await import('./bundle.ts')).bundleSkill(shelf, name, out),
    importFrom: async (from, as, commit) =>
      (await import('./import-skill.ts')).importSkill(shelf, { from, as, commit }),
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

async function copySkill(shelf: Shelf, name: string, as: string): Promise<string> {
  const source = shelf.catalog.source(name);
  const files = filesOf(shelf, source);
  const renamed = as === name ? files : rename(files, name, as);
  return writeSkill(shelf, as, renamed, name, executableIn(path.resolve(shelf.root, source.dir)));
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
  placeFolder(place, exported.files, executableIn(path.resolve(shelf.root, source?.dir ?? '.')));
  return shown;
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
