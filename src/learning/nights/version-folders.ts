import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../os/errors.ts';
import { isObject } from '../../os/json.ts';

/**
 * Copies the folders of kept versions, one a skill, from a project to its state or back. A folder is taken whole or not
 * at all: where one goes on from the other, the longer one is right; where neither does, both are somebody's history and
 * nothing is copied over anything.
 * @returns names of the skills whose folder was copied. @throws UserError `state` for two histories, `disk`.
 */
export function copyVersions(from: string, to: string): readonly string[] {
  const copied: string[] = [];
  refuseLink(to);
  for (const skill of foldersIn(from)) {
    const [source, target] = [join(from, skill), join(to, skill)];
    const [theirs, ours] = [entriesOf(source), entriesOf(target)];
    if (theirs.length === 0 || goesOn(theirs, ours)) continue;
    if (!goesOn(ours, theirs)) {
      throw new UserError('state', `the versions of "${skill}" in the state and in the project have parted`, {
        where: { file: join(target, 'index.json'), skill },
        hint: 'Two machines made versions of it apart. Put away one of the two folders.',
      });
    }
    refuseLink(target);
    replace(source, target);
    copied.push(skill);
  }
  return copied;
}

/** Number and fingerprint of each version that is kept, the oldest first. */
type Entry = { readonly version: number; readonly skill_version_hash: string };

/** Whether `long` holds all that `short` does from where the oldest of `long` begins, or is the very same. */
function goesOn(short: readonly Entry[], long: readonly Entry[]): boolean {
  const last = short.at(-1);
  if (last === undefined) return true;
  const first = long[0]?.version ?? Number.POSITIVE_INFINITY;
  const hashes = new Map(long.map(({ version, skill_version_hash }) => [version, skill_version_hash]));
  if ((long.at(-1)?.version ?? 0) < last.version) return false;
  return short.every(
    ({ version, skill_version_hash }) => version < first || hashes.get(version) === skill_version_hash,
  );
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** @throws UserError `state` where the list of versions cannot be read. */
function entriesOf(dir: string): readonly Entry[] {
  const file = join(dir, 'index.json');
  if (!existsSync(file)) return [];
  try {
    if (!lstatSync(file).isFile()) throw new Error('a link, or a pipe that nobody writes to');
    const index: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isObject(index) && Array.isArray(index.versions) && index.versions.every(isEntry)) return index.versions;
  } catch {
    // told below
  }
  throw new UserError('state', 'the list of versions cannot be read', {
    where: { file },
    hint: 'Put the folder back as it was.',
  });
}

/** What is written goes into the folder that is named, and not to where a link leads that came with it. */
function refuseLink(dir: string): void {
  if (lstatSync(dir, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new UserError('state', 'versions are kept in folders, and this is a link', {
    where: { file: dir },
    hint: 'Remove the link.',
  });
}

function isEntry(value: unknown): value is Entry {
  return isObject(value) && typeof value.version === 'number' && typeof value.skill_version_hash === 'string';
}

/** After a crash there is the old folder or the new one; one that is beside its place is taken no notice of. */
function replace(source: string, target: string): void {
  const beside = `${target}.incoming`;
  const aside = `${target}.outgoing`;
  try {
    for (const left of [beside, aside]) rmSync(left, { recursive: true, force: true });
    mkdirSync(join(target, '..'), { recursive: true });
    cpSync(source, beside, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !lstatSync(path).isSymbolicLink(),
    });
    if (existsSync(target)) renameSync(target, aside);
    renameSync(beside, target);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    throw new UserError('disk', `versions cannot be copied: ${(error as Error).message}`, {
      where: { file: target },
      cause: error,
    });
  }
}
