import fs from 'node:fs';
import path from 'node:path';
import { OpError } from '../op-error.ts';
import { type Folder, type Lookup, openFolder } from './folder.ts';
import { type Location, showLocation } from './location.ts';

/** Where locations lie on this disk: below a trusted folder, reached by walking `segments`. */
export type Place = { readonly base: string; readonly segments: readonly string[]; readonly shown: string };

export type Roots = {
  readonly lookup: Lookup;
  /** Project root, absolute. */
  readonly root: string;
  /** The work folder as a place: walked from the project root where it lies inside, so that no link stands in for it. */
  readonly work: { readonly base: string; readonly segments: readonly string[] };
};

/** In a project that is the whole disk these are the system's, not files. */
const SYSTEM: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);

export function rootsOf(root: string, workDir: string, lookup: Lookup): Roots {
  const below = path.relative(root, workDir).split(path.sep);
  const inside = below[0] !== '' && below[0] !== '..' && !path.isAbsolute(below[0] ?? '');
  const work = inside ? { base: root, segments: below } : { base: workDir, segments: [] };
  return { lookup, root, work };
}

export function placeOf({ root, work }: Roots, location: Location): Place {
  const shown = showLocation(location);
  if (location.root === 'work') return { base: work.base, segments: [...work.segments, ...location.segments], shown };
  if (location.root === 'outside') return { base: '/', segments: location.segments, shown };
  if (root === '/' && SYSTEM.has(location.segments[0] ?? '')) {
    throw new OpError('refused', `"${shown}" belongs to the system.`);
  }
  return { base: root, segments: location.segments, shown };
}

/** The folder a place is in. */
export function parentOf(place: Place): Place {
  return { ...place, segments: place.segments.slice(0, -1) };
}

/** Opens a place that is a folder; `undefined` when it does not exist. The caller closes it. */
export function openPlace({ lookup }: Roots, place: Place): Folder | undefined {
  return openFolder(place.base, place.segments, { lookup, shown: place.shown });
}

/** Opens the folder of a file, making it where it is missing; `made` hears of each folder that gained a name. */
export function makeParent(roots: Roots, place: Place, made: (folder: Place) => void): Folder {
  if (place.base !== roots.root) fs.mkdirSync(place.base, { recursive: true });
  const create = (segments: readonly string[]) => made({ ...place, segments });
  const way = { lookup: roots.lookup, shown: place.shown, create };
  const folder = openFolder(place.base, parentOf(place).segments, way);
  if (folder === undefined) throw new OpError('changed', `The folder of "${place.shown}" was taken away.`);
  return folder;
}

/** The name of the file a location means. @throws OpError `not_a_file` when it is written as a folder. */
export function fileNameOf(location: Location): string {
  const name = location.segments.at(-1);
  const shown = showLocation(location);
  if (name === undefined) throw new OpError('not_a_file', `"${shown}" is a folder.`);
  if (location.folder) throw new OpError('not_a_file', `The path means a folder; the file would be "${shown}".`);
  return name;
}
