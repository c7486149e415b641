import fs from 'node:fs';
import path from 'node:path';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { digestFile, readFile, textOf } from './file.ts';
import { detectLookup, type Folder, type Lookup, openFolder } from './folder.ts';
import { isRefusal, type Location, parseLocation, showLocation } from './location.ts';
import { flushFolder, removeFile, replaceFile, type Writer } from './replace.ts';
import { listTree } from './tree.ts';
import type { Permits, WalkSkip, Workspace, WorkspaceHandle } from './workspace.ts';

export type WorkspaceOptions = {
  /** Project root: absolute, trusted as it stands. */
  readonly root: string;
  /** The run's work folder, absolute; made when first written to. */
  readonly workDir: string;
  /** A value a frame named. @throws CorruptLog. */
  readonly readBlob: (sha256: string) => Buffer;
  /** Whether several runs are open, so that flushes must leave the event loop to the others. */
  readonly shareDisk: () => boolean;
  readonly signal?: AbortSignal;
  /** For tests: the lookup of a system without `/proc`. Default: the safest this system has. */
  readonly lookup?: Lookup;
};

/** Where a location lies: `segments` below the trusted folder `base`. */
type Place = { readonly base: string; readonly segments: readonly string[]; readonly shown: string };

type Shared = WorkspaceOptions & {
  readonly lookup: Lookup;
  readonly writer: Writer;
  /** Folders with names that are not yet durable, by base and path. */
  readonly dirty: Map<string, Place>;
};

const PRUNED: ReadonlySet<string> = new Set(['.git', '.reyn', 'node_modules']);
const NOTHING_PRUNED: ReadonlySet<string> = new Set();
/** In a project that is the whole disk these are the system's, not files. */
const SYSTEM: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);

/** The files of one run. Opens nothing yet. */
export function openWorkspace(options: WorkspaceOptions): Workspace {
  const shared: Shared = {
    ...options,
    lookup: options.lookup ?? detectLookup(),
    writer: { tag: sha256(options.workDir).slice(0, 8), shareDisk: options.shareDisk, busy: new Set() },
    dirty: new Map(),
  };
  return { handle: (permits) => handleOf(shared, permits), syncDirectories: () => syncDirectories(shared) };
}

function handleOf(shared: Shared, permits: Permits): WorkspaceHandle {
  const readBytes = (location: Location, shown: string): Buffer => {
    if (location.root === 'blob') return shared.readBlob(location.segments[0] ?? '');
    return inFolder(shared, location, (folder, name) => {
      const bytes = folder === undefined ? undefined : readFile(folder, name, shown);
      if (bytes === undefined) throw new OpError('not_found', `"${shown}" does not exist.`);
      return bytes;
    });
  };
  /** The location of a path that may be used for `act`; a file that may be written may be read. */
  const granted = (given: string, act: 'read' | 'write'): { location: Location; shown: string } => {
    shared.signal?.throwIfAborted();
    const location = parseLocation(given);
    if (isRefusal(location)) throw new OpError('refused', location.refused);
    const shown = showLocation(location);
    if (!permits.write(shown) && (act === 'write' || !permits.read(shown))) {
      throw new OpError('refused', `"${shown}" was not granted to this op.`);
    }
    if (act === 'write' && location.root === 'blob')
      throw new OpError('refused', 'A recorded value cannot be written.');
    return { location, shown };
  };
  return {
    readText: async (given) => {
      const { location, shown } = granted(given, 'read');
      return textOf(readBytes(location, shown), shown);
    },
    readBytes: async (given) => {
      const { location, shown } = granted(given, 'read');
      return readBytes(location, shown);
    },
    digestOf: async (given) => {
      const { location, shown } = granted(given, 'read');
      if (location.root === 'blob') return location.segments[0] ?? null;
      // what a resumed run finds written may not be durable yet: it counts as written now
      if (permits.write(shown)) markDirty(shared, placeOf(shared, location), 1);
      return inFolder(shared, location, (folder, name) =>
        folder === undefined ? null : digestFile(folder, name, shown),
      );
    },
    walk: (given, skipped) => walk(shared, permits, given, skipped ?? (() => undefined)),
    replace: async (given, bytes, pre) => {
      const { location, shown } = granted(given, 'write');
      const place = placeOf(shared, location);
      const [name, folder] = openParent(shared, place, location, true);
      if (folder === undefined) throw new OpError('changed', `The folder of "${shown}" was taken away.`);
      try {
        await replaceFile(folder, { name, bytes, pre }, shared.writer, shown);
        markDirty(shared, place, 1);
      } finally {
        folder.close();
      }
    },
    remove: async (given, pre) => {
      const { location, shown } = granted(given, 'write');
      inFolder(shared, location, (folder, name) => {
        if (folder === undefined) throw new OpError('not_found', `"${shown}" does not exist.`);
        removeFile(folder, name, pre, shown);
      });
      markDirty(shared, placeOf(shared, location), 1);
    },
  };
}

function placeOf(shared: Shared, location: Location): Place {
  const shown = showLocation(location);
  if (location.root === 'work') {
    const below = path.relative(shared.root, shared.workDir);
    const inside = below !== '' && !path.isAbsolute(below) && below !== '..' && !below.startsWith(`..${path.sep}`);
    if (!inside) return { base: shared.workDir, segments: location.segments, shown };
    return { base: shared.root, segments: [...below.split(path.sep), ...location.segments], shown };
  }
  if (shared.root === '/' && SYSTEM.has(location.segments[0] ?? '')) {
    throw new OpError('refused', `"${shown}" belongs to the system.`);
  }
  return { base: shared.root, segments: location.segments, shown };
}

/** The last name of a location and the open folder it is in; the folder is `undefined` when it does not exist. */
function openParent(shared: Shared, place: Place, location: Location, create: boolean): [string, Folder | undefined] {
  const name = location.segments.at(-1);
  if (name === undefined || location.folder) throw new OpError('not_a_file', `"${place.shown}" is a folder.`);
  if (create && place.base !== shared.root) fs.mkdirSync(place.base, { recursive: true });
  const made = (parent: readonly string[]) => markDirty(shared, { ...place, segments: parent }, 0);
  const way = { lookup: shared.lookup, shown: place.shown, ...(create ? { create: made } : {}) };
  return [name, openFolder(place.base, place.segments.slice(0, -1), way)];
}

function inFolder<T>(shared: Shared, location: Location, act: (folder: Folder | undefined, name: string) => T): T {
  const [name, folder] = openParent(shared, placeOf(shared, location), location, false);
  try {
    return act(folder, name);
  } finally {
    folder?.close();
  }
}

/** Remembers the folder of a place, `up` names above it, for {@link syncDirectories}. */
function markDirty(shared: Shared, place: Place, up: 0 | 1): void {
  const segments = up === 0 ? place.segments : place.segments.slice(0, -1);
  shared.dirty.set(`${place.base}\0${segments.join('/')}`, { ...place, segments });
}

async function syncDirectories(shared: Shared): Promise<void> {
  for (const [key, place] of [...shared.dirty]) {
    let folder: Folder | undefined;
    try {
      folder = openFolder(place.base, place.segments, { lookup: shared.lookup, shown: place.shown });
    } catch (error) {
      if (!(error instanceof OpError)) throw error; // a folder that became something else holds no name of ours
    }
    try {
      if (folder !== undefined) await flushFolder(folder, shared.shareDisk(), place.shown);
    } finally {
      folder?.close();
    }
    shared.dirty.delete(key);
  }
}

async function* walk(
  shared: Shared,
  permits: Permits,
  given: string,
  skipped: (why: WalkSkip) => void,
): AsyncGenerator<string> {
  const start = parseLocation(given);
  if (isRefusal(start)) throw new OpError('refused', start.refused);
  const shown = showLocation(start);
  const place = placeOf(shared, start);
  if (start.root === 'blob') {
    if (permits.read(shown)) yield shown;
    return;
  }
  const folder = openTop(shared, place, start);
  if (folder === 'file') {
    if (permits.read(shown)) yield shown;
    return;
  }
  if (folder === undefined) {
    if (start.segments.length === 0) return; // a work folder that nothing was written to
    throw new OpError('not_found', `"${shown}" does not exist.`);
  }
  const told = new Set<WalkSkip>();
  const once = (why: WalkSkip) => {
    if (!told.has(why)) skipped(why);
    told.add(why);
  };
  const pruned = start.root === 'work' ? NOTHING_PRUNED : PRUNED;
  try {
    for await (const names of listTree(folder, { ...shared, signal: shared.signal, pruned, skipped: once })) {
      const found = showLocation({ ...start, segments: [...start.segments, ...names] });
      if (permits.read(found)) yield found;
    }
  } finally {
    folder.close();
  }
}

/** The folder a walk starts from, or that it is a file. */
function openTop(shared: Shared, place: Place, start: Location): Folder | 'file' | undefined {
  const name = start.segments.at(-1);
  if (name === undefined) return openFolder(place.base, place.segments, { ...shared, shown: place.shown });
  const parent = openFolder(place.base, place.segments.slice(0, -1), { ...shared, shown: place.shown });
  if (parent === undefined) return undefined;
  try {
    if (!start.folder && fs.lstatSync(parent.at(name), { throwIfNoEntry: false })?.isFile() === true) return 'file';
  } finally {
    parent.close();
  }
  return openFolder(place.base, place.segments, { ...shared, shown: place.shown });
}
