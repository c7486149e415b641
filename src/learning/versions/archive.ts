import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, replaceFile } from '../../os/disk.ts';
import { CorruptLog } from '../../os/errors.ts';
import { isObject } from '../../os/json.ts';
import { mainFileOf, SKILL_MD, sortPaths } from '../../os/skills/source-paths.ts';
import { type FolderFile, type OwnFiles, ownDigest } from './folder.ts';
import { writeTree } from './tree.ts';
import type { Version } from './version.ts';

/**
 * The versions kept of one skill, in a folder of its own: `v<N>.md` (the main file, readable), `v<N>/` (the other
 * files), `index.json`, and `current`, a plain file that holds the number of the version in place.
 *
 *  - K1 A version is there when `index.json` lists it; its files are durable before. What else lies about is left over.
 *  - K2 Numbers go up by one and are never given twice.
 *  - K3 The caller holds the skill's lock for all that writes.
 */
export type Archive = {
  readonly dir: string;
  /** By number. */
  list(): readonly Version[];
  current(): number | undefined;
  /** The number that the next version gets. */
  next(): number;
  /** @throws CorruptLog when they are not what was kept. */
  files(version: Version): OwnFiles;
  /** Writes the files of a version that is not listed yet. */
  put(version: Version, files: OwnFiles): void;
  /** Lists a version whose files were put; one of that number that is listed gets its other members. */
  enter(version: Version): void;
  setCurrent(version: number): void;
  /** Removes the oldest beyond `most`, but none that `isKept`. */
  prune(most: number, isKept: (version: Version) => boolean): void;
};

type Index = { readonly v: 1; readonly last: number; readonly versions: readonly Version[] };

const NONE: Index = { v: 1, last: 0, versions: [] };

export function openArchive(disk: Disk, dir: string): Archive {
  const index = join(dir, 'index.json');
  const mdOf = (version: number) => join(dir, `v${version}.md`);
  const restOf = (version: number) => join(dir, `v${version}`);

  function read(): Index {
    const bytes = disk.read(index);
    if (bytes === undefined) return NONE;
    const found = parse(bytes.toString('utf8'));
    if (found === undefined)
      throw new CorruptLog('bad_versions', 'the list of versions cannot be read', { file: index });
    return found;
  }

  function write(next: Index): void {
    replaceFile(disk, index, Buffer.from(`${JSON.stringify(next, null, 2)}\n`), `${index}.new`);
  }

  function filesIn(dir: string, prefix = ''): [string, FolderFile][] {
    return disk.list(dir).flatMap((name): [string, FolderFile][] => {
      const full = join(dir, name);
      const stats = lstatSync(full);
      if (stats.isDirectory()) return filesIn(full, `${prefix}${name}/`);
      return stats.isFile() ? [[`${prefix}${name}`, readFile(full)]] : [];
    });
  }

  function readFile(file: string): FolderFile {
    const executable = (lstatSync(file).mode & 0o111) !== 0;
    return { bytes: disk.read(file) ?? new Uint8Array(), executable };
  }

  return {
    dir,
    list: () => read().versions,
    current() {
      const text = disk.read(join(dir, 'current'))?.toString('utf8').trim() ?? '';
      const number = /^v?([1-9]\d{0,8})$/.exec(text)?.[1];
      return number !== undefined && read().versions.some(({ version }) => version === Number(number))
        ? Number(number)
        : undefined;
    },
    next: () => read().last + 1,

    files({ version, own, main = SKILL_MD }) {
      const md = disk.stat(mdOf(version)) === undefined ? [] : [[main, readFile(mdOf(version))] as const];
      const all = new Map([...md, ...filesIn(restOf(version))]);
      const files = new Map(sortPaths(all.keys()).map((file) => [file, all.get(file) as FolderFile]));
      if (ownDigest(files) === own) return files;
      throw new CorruptLog('bad_version', `the files kept as v${version} are not what was kept`, {
        file: restOf(version),
      });
    },

    put({ version, main = SKILL_MD }, files) {
      for (const left of [mdOf(version), restOf(version)]) disk.removeTree(left);
      const kept = [...files].map(([path, { bytes, executable }]) => ({
        path,
        mode: executable ? 0o700 : 0o600,
        bytes: () => bytes,
      }));
      writeTree(disk, restOf(version), { files: kept.filter(({ path }) => path !== main), mode: 0o700 });
      const text = files.get(main);
      if (text !== undefined) replaceFile(disk, mdOf(version), text.bytes, `${mdOf(version)}.new`);
      disk.syncDir(dir);
    },

    enter(version) {
      const { last, versions } = read();
      const others = versions.filter((each) => each.version !== version.version);
      const all = [...others, version].sort((a, b) => a.version - b.version);
      write({ v: 1, last: Math.max(last, version.version), versions: all });
    },

    setCurrent(version) {
      replaceFile(disk, join(dir, 'current'), Buffer.from(`${version}\n`), join(dir, 'current.new'));
    },

    prune(most, isKept) {
      const { last, versions } = read();
      const excess = Math.max(0, versions.length - most);
      const gone = versions.filter((version) => !isKept(version)).slice(0, excess);
      if (gone.length === 0) return;
      write({ v: 1, last, versions: versions.filter((version) => !gone.includes(version)) });
      for (const { version } of gone) for (const left of [mdOf(version), restOf(version)]) disk.removeTree(left);
    },
  };
}

/** Name of the file that lies as `v<N>.md`, where it is not skill.md. */
export function mainOf(files: OwnFiles): { main?: string } {
  const main = mainFileOf({ files });
  return main === SKILL_MD ? {} : { main };
}

function parse(text: string): Index | undefined {
  try {
    const found: unknown = JSON.parse(text);
    if (!isObject(found) || found.v !== 1 || !Number.isInteger(found.last) || !Array.isArray(found.versions)) return;
    return found.versions.every(isVersion) ? (found as Index) : undefined;
  } catch {
    return undefined;
  }
}

export function isVersion(value: unknown): value is Version {
  return (
    isObject(value) &&
    Number.isInteger(value.version) &&
    Number(value.version) > 0 &&
    [value.reason, value.date, value.by].every((member) => typeof member === 'string') &&
    [value.run, value.verdict, value.receipt].every((member) => member === undefined || typeof member === 'string') &&
    [value.parent, value.score].every((member) => member === undefined || typeof member === 'number') &&
    [value.skill_version_hash, value.own].every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) &&
    (value.main === undefined || value.main === 'SKILL.md')
  );
}
