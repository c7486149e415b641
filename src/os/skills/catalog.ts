import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { nearest } from '../suggest.ts';
import { compileSkill } from './compile.ts';
import { contractOf, relatedSkills, type SkillContract, subSkillsIn } from './contract.ts';
import { loadSkill } from './load.ts';
import { readSkillSource, readStamped, type StampedSource, sourceOfFiles } from './read-source.ts';
import { statOf } from './regular-file.ts';
import type { Skill, SkillOrigin } from './skill.ts';
import type { SkillSource } from './source.ts';
import { isSettled, joinStamps, type Stamp, stampOf } from './stamp.ts';

/** A skill folder of the project or of the standard library. */
export type CatalogEntry = {
  readonly name: string;
  readonly origin: SkillOrigin;
  /** Absolute. */
  readonly dir: string;
  /** Origin of the folder that wins over this one. */
  readonly shadowedBy?: SkillOrigin;
};

/** The skills one project sees. Folders are looked at anew on every call: a skill may appear, change or go meanwhile. */
export type Catalog = {
  /** Every folder, shadowed ones too, by name, then the winning one first. */
  list(): readonly CatalogEntry[];
  find(name: string): CatalogEntry | undefined;
  /** @throws UserError `not_found`. */
  source(name: string): SkillSource;
  /** The skill in any folder, e.g. a copy to compare with. @throws UserError `not_found` when it is no folder. */
  sourceAt(dir: string): SkillSource;
  /** @throws UserError `not_found`, `skill`. */
  load(name: string): Skill;
  /** The skill with the very source it was compiled from. @throws UserError `not_found`, `skill`. */
  open(name: string): Opened;
  /** Begins a look at many entries; the shared folder is looked at once. */
  pass(): Pass;
  /** The source that these files, by their path in the folder of the entry, would be in its place. */
  sourceOf(entry: CatalogEntry, own: ReadonlyMap<string, Uint8Array>): SkillSource;
  /** Folder of shared phases and artifacts. */
  readonly sharedDir: string;
};

/** Skill folders that are being exchanged, by the rooms above that do it. */
export type Exchanges = {
  /** Names of skills whose folder may be on its way. Quick. */
  underWay(): readonly string[];
  /**
   * Returns once the folder is whole and in its place: a name is not looked up elsewhere while its folder is on its way.
   * Costs next to nothing where nothing is.
   */
  settle(name: string): void;
};

const NO_EXCHANGES: Exchanges = { underWay: () => [], settle: () => undefined };

export type Pass = {
  /** Milliseconds since the epoch before anything was looked at: when stamps must have been settled. */
  readonly at: number;
  /** Equal stamps mean that nothing the entry's skill is made of has changed. */
  stampOf(entry: CatalogEntry): Stamp;
  /** The source and the stamp it was read under. */
  read(entry: CatalogEntry): StampedSource;
};

export type CatalogOptions = {
  readonly root: string;
  readonly stdlibDir: string;
  /** Absent = nobody exchanges folders. */
  readonly exchanges?: Exchanges;
};

export type Opened = { readonly skill: Skill; readonly source: SkillSource };

const SHARED_DIR = 'shared';

export function openCatalog({ root, stdlibDir, exchanges = NO_EXCHANGES }: CatalogOptions): Catalog {
  const sharedDir = path.join(root, 'reyn', 'project', SHARED_DIR);
  /** In the order of resolution. */
  const places: readonly { origin: SkillOrigin; dir: string }[] = [
    { origin: 'project', dir: path.join(root, 'reyn', 'project') },
    { origin: 'local', dir: path.join(root, 'reyn', 'local') },
    { origin: 'stdlib', dir: stdlibDir },
  ];
  const opened = new Map<string, Opened & { readonly stamp: Stamp }>();
  /** Skills that what is said of the skill in a folder depends on, as of the last reading. */
  const related = new Map<string, readonly string[]>();

  function list(): readonly CatalogEntry[] {
    for (const name of exchanges.underWay()) exchanges.settle(name);
    const winners = new Map<string, SkillOrigin>();
    const entries = places.flatMap(({ origin, dir }) =>
      foldersIn(dir).map((name): CatalogEntry => {
        const shadowedBy = winners.get(name);
        if (shadowedBy === undefined) winners.set(name, origin);
        return { name, origin, dir: path.join(dir, name), ...(shadowedBy === undefined ? {} : { shadowedBy }) };
      }),
    );
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  function find(name: string): CatalogEntry | undefined {
    if (!isFolderName(name)) return undefined;
    exchanges.settle(name);
    for (const { origin, dir } of places) {
      const folder = path.join(dir, name);
      const stats = statOf(folder);
      if (stats?.isDirectory() || stats?.isSymbolicLink()) return { name, origin, dir: folder };
    }
    return undefined;
  }

  function found(name: string): CatalogEntry {
    const entry = find(name);
    if (entry !== undefined) return entry;
    const near = nearest(
      name,
      list().map((one) => one.name),
    );
    const hint = near === undefined ? 'Run `reyn skill list` to see the skills there are.' : `Did you mean "${near}"?`;
    throw new UserError('not_found', `there is no skill "${name}"`, { hint });
  }

  /** The standard library depends on no project. */
  function shared(origin: SkillOrigin): { sharedDir?: string } {
    return origin === 'stdlib' ? {} : { sharedDir };
  }

  function read({ name, origin, dir }: CatalogEntry): StampedSource {
    const { source, stamp } = readStamped(dir, { name, origin, root, ...shared(origin) });
    related.set(dir, relatedSkills(source.files));
    return { source: withContracts(source), stamp };
  }

  /** The source with what the skills that its graph runs as phases take and give. */
  function withContracts(source: SkillSource): SkillSource {
    return { ...source, contracts: new Map(subSkillsIn(source.files).map((name) => [name, contractAt(name)])) };
  }

  function contractAt(name: string): SkillContract | { readonly problem: string } {
    const entry = find(name);
    if (entry === undefined) return { problem: `there is no skill "${name}"` };
    const { dir, origin } = entry;
    const { skill, findings } = compileSkill(readSkillSource(dir, { name, origin, root, ...shared(origin) }));
    if (skill !== undefined) return contractOf(skill);
    return { problem: `the skill "${name}" does not load: ${findings[0]?.message ?? 'it is broken'}` };
  }

  function pass(): Pass {
    const at = Date.now();
    const common = stampOf(sharedDir);
    /** Of a folder that was not read yet they are not known; then its stamp matches none that was kept with some. */
    const whole = (own: Stamp, { origin, dir }: CatalogEntry) => {
      const beside = (related.get(dir) ?? []).map((name) => stampOf(find(name)?.dir ?? path.join(dir, '@', name)));
      return [...(origin === 'stdlib' ? [] : [common]), ...beside].reduce(joinStamps, own);
    };
    return {
      at,
      stampOf: (entry) => whole(stampOf(entry.dir), entry),
      read(entry) {
        const { source, stamp } = read(entry);
        return { source, stamp: whole(stamp, entry) };
      },
    };
  }

  /** What was opened is kept until a file of the folder changes. */
  function open(name: string): Opened {
    const entry = found(name);
    const look = pass();
    const known = opened.get(entry.dir);
    if (known !== undefined && known.stamp.text === look.stampOf(entry).text) return known;
    const { source, stamp } = look.read(entry);
    const fresh = { stamp, source, skill: loadSkill(source) };
    if (isSettled(stamp, look.at)) opened.set(entry.dir, fresh);
    else opened.delete(entry.dir);
    return fresh;
  }

  return {
    list,
    find,
    open,
    load: (name) => open(name).skill,
    source: (name) => read(found(name)).source,
    sourceAt(dir) {
      const real = realDir(path.resolve(root, dir));
      if (real === undefined) {
        throw new UserError('not_found', 'there is no such skill folder', { where: { file: dir } });
      }
      return withContracts(readSkillSource(real, { name: path.basename(real), origin: 'path', root, sharedDir }));
    },
    pass,
    sourceOf({ name, origin, dir }, own) {
      const { sharedDir: place } = shared(origin);
      return withContracts(sourceOfFiles(own, dir, { name, origin, root, ...(place ? { sharedDir: place } : {}) }));
    },
    sharedDir,
  };
}

/** Folders that may be skills: links among them, so that loading one says why it is refused. */
function foldersIn(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && isFolderName(entry.name))
      .map(({ name }) => name);
  } catch {
    return []; // no such place: it has no skills
  }
}

function isFolderName(name: string): boolean {
  return name !== '' && name !== SHARED_DIR && !name.startsWith('.') && !/[/\\\p{Cc}]/u.test(name);
}

function realDir(dir: string): string | undefined {
  try {
    return realpathSync(dir);
  } catch {
    return undefined;
  }
}
