import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from './os/errors.ts';
import { refused } from './os/skills/bundle/files.ts';
import { writeBundle } from './os/skills/bundle/write-bundle.ts';
import { compileSkill } from './os/skills/compile.ts';
import { executableIn } from './place-folder.ts';
import { filesOf, type Shelf, sourcesOf } from './shelf-files.ts';

/**
 * Writes a skill as `<out>/<name>.tar.gz`, eval files and all. @returns the file, as `out` was given.
 * @throws UserError `skill` when it does not load, uses shared phases or could not be read back, `usage` when it is there.
 */
export async function bundleSkill(shelf: Shelf, name: string, out: string): Promise<string> {
  const [source] = sourcesOf(shelf, [name]);
  if (source === undefined) throw new UserError('not_found', `there is no skill "${name}"`);
  const { skill, findings } = compileSkill(source);
  if (skill === undefined) {
    const fault = findings.find(({ severity }) => severity === 'error');
    throw new UserError('skill', `does not load: ${fault?.message ?? 'it is broken'}`, { where: { skill: name } });
  }
  if ([...source.files.keys()].some((file) => file.startsWith('shared/'))) {
    throw new UserError('skill', 'uses phases or artifacts of reyn/project/shared, which a bundle does not hold', {
      where: { skill: name },
      hint: 'Copy them into the skill first.',
    });
  }
  const isExecutable = executableIn(path.resolve(shelf.root, source.dir));
  const files = [...filesOf(shelf, source)].map(
    ([file, content]) => [file, { bytes: Buffer.from(content), executable: isExecutable(file) }] as const,
  );
  const bundle = await writeBundle(skill.name, new Map(files)).catch((error: unknown) => {
    if (error instanceof UserError) throw refused(`The skill cannot be a bundle. ${error.message}`);
    throw error;
  });
  const shown = path.posix.join(out, `${skill.name}.tar.gz`);
  placeFile(path.resolve(shelf.root, shown), shown, bundle);
  return shown;
}

/** A whole file or none, and never in place of another. */
function placeFile(place: string, shown: string, bytes: Uint8Array): void {
  const taken = () =>
    new UserError('usage', 'there is such a file already', {
      where: { file: shown },
      hint: 'Name another place with --out, or remove that file first.',
    });
  if (existsSync(place)) throw taken();
  mkdirSync(path.dirname(place), { recursive: true });
  const staging = mkdtempSync(path.join(path.dirname(place), '.new-'));
  try {
    const fresh = path.join(staging, 'bundle');
    writeFileSync(fresh, bytes, { flush: true });
    linkSync(fresh, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken();
    throw new UserError('disk', `The bundle cannot be written: ${(error as Error).message}.`, { cause: error });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
