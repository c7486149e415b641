import fs from 'node:fs';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { digestFile, readFile, textOf } from './file.ts';
import { detectLookup, type Folder, type Lookup } from './folder.ts';
import { isRefusal, type Location, localPath, parseLocation, showLocation } from './location.ts';
import { fileNameOf, makeParent, openPlace, type Place, parentOf, placeOf, type Roots, rootsOf } from './place.ts';
import { openProgramView } from './program-view.ts';
import { removeFile, replaceFile, type Writer } from './replace.ts';
import { listTree } from './tree.ts';
import { remember, syncAll, type Unsynced, unsyncedBy } from './unsynced.ts';
import type { Permits, WalkOptions, WalkSkip, Workspace, WorkspaceHandle } from './workspace.ts';

export type WorkspaceOptions = {
  /** Project root: absolute, trusted as it stands. */
  readonly root: string;
  /** The run's work folder, absolute; made when first written to. */
  readonly workDir: string;
  /** A value a frame named. @throws CorruptLog. */
  readonly readBlob: (sha256: string) => Buffer;
  /** Paths that earlier processes of the run wrote or removed and may have died before making durable. */
  readonly written: readonly string[];
  /** Whether several runs are open, so that flushes must leave the event loop to the others. */
  readonly shareDisk: () => boolean;
  readonly signal?: AbortSignal;
  /** A fresh folder, absolute, for what a program writes until it is taken over; not made yet. */
  readonly stageDir: () => string;
  /** For tests: the lookup of a system without `/proc`. Default: the safest this system has. */
  readonly lookup?: Lookup;
};

type Shared = {
  readonly roots: Roots;
  readonly writer: Writer;
  readonly unsynced: Unsynced;
  readonly readBlob: (sha256: string) => Buffer;
  readonly signal: AbortSignal | undefined;
};

const PRUNED: ReadonlySet<string> = new Set(['.git', '.reyn', 'node_modules']);
const NOTHING_PRUNED: ReadonlySet<string> = new Set();

/** The files of one run. Opens nothing yet. */
export function openWorkspace(options: WorkspaceOptions): Workspace {
  const { root, workDir, readBlob, written, shareDisk, signal, stageDir } = options;
  const roots = rootsOf(root, workDir, options.lookup ?? detectLookup());
  const writer: Writer = { tag: sha256(workDir).slice(0, 8), shareDisk, busy: new Set() };
  const shared: Shared = { roots, writer, unsynced: unsyncedBy(written, roots), readBlob, signal };
  return {
    handle: (permits) => handleOf(shared, permits),
    view: (request) => openProgramView(roots, stageDir, request),
    local: (path) => localPath(root, path),
    syncDirectories: () => syncAll(shared.unsynced, roots, shareDisk),
  };
}

function handleOf(shared: Shared, permits: Permits): WorkspaceHandle {
  const { roots, unsynced } = shared;
  const read = (given: string): { bytes: Buffer; shown: string } => {
    const location = granted(shared, permits, given, 'read');
    return { bytes: readLocation(shared, location), shown: showLocation(location) };
  };
  return {
    readText: async (given) => {
      const { bytes, shown } = read(given);
      return textOf(bytes, shown);
    },
    readBytes: async (given) => read(given).bytes,
    digestOf: async (given) => {
      const location = granted(shared, permits, given, 'read');
      if (location.root === 'blob') return location.segments[0] ?? null;
      const place = placeOf(roots, location);
      // what a resumed run finds written may not be durable yet: it counts as written now
      if (permits.write(place.shown)) remember(unsynced, parentOf(place));
      return inFolder(shared, location, (folder, name) =>
        folder === undefined ? null : digestFile(folder, name, place.shown),
      );
    },
    walk: (given, options) => walk(shared, permits, given, options ?? {}),
    replace: async (given, bytes, pre) => {
      const location = granted(shared, permits, given, 'write');
      const name = fileNameOf(location);
      const place = placeOf(roots, location);
      const folder = makeParent(roots, place, (parent) => remember(unsynced, parent));
      try {
        await replaceFile(folder, { name, bytes, pre }, shared.writer, place.shown);
      } finally {
        folder.close();
      }
      remember(unsynced, parentOf(place));
    },
    remove: async (given, pre) => {
      const location = granted(shared, permits, given, 'write');
      const place = placeOf(roots, location);
      inFolder(shared, location, (folder, name) => {
        if (folder === undefined) throw absent(place.shown);
        removeFile(folder, name, pre, place.shown);
      });
      remember(unsynced, parentOf(place));
    },
  };
}

/** The location of a path that this handle may use so. A file that may be written may be read. */
function granted(shared: Shared, permits: Permits, given: string, act: 'read' | 'write'): Location {
  shared.signal?.throwIfAborted();
  const location = parseLocation(given);
  if (isRefusal(location)) throw new OpError('refused', location.refused);
  const shown = showLocation(location);
  if (!permits.write(shown) && (act === 'write' || !permits.read(shown))) {
    throw new OpError('refused', `"${shown}" was not granted to this op.`);
  }
  if (act === 'write' && location.root === 'blob') throw new OpError('refused', 'A recorded value cannot be written.');
  return location;
}

function readLocation(shared: Shared, location: Location): Buffer {
  if (location.root === 'blob') return shared.readBlob(location.segments[0] ?? '');
  const shown = showLocation(location);
  const bytes = inFolder(shared, location, (folder, name) =>
    folder === undefined ? undefined : readFile(folder, name, shown),
  );
  if (bytes === undefined) throw absent(shown);
  return bytes;
}

function inFolder<T>({ roots }: Shared, location: Location, act: (folder: Folder | undefined, name: string) => T): T {
  const name = fileNameOf(location);
  const folder = openPlace(roots, parentOf(placeOf(roots, location)));
  try {
    return act(folder, name);
  } finally {
    folder?.close();
  }
}

function absent(shown: string): OpError {
  return new OpError('not_found', `"${shown}" does not exist.`);
}

async function* walk(shared: Shared, permits: Permits, given: string, options: WalkOptions): AsyncGenerator<string> {
  const start = parseLocation(given);
  if (isRefusal(start)) throw new OpError('refused', start.refused);
  const place = placeOf(shared.roots, start);
  if (start.root === 'blob' || isFile(shared.roots, start, place)) {
    if (permits.read(place.shown)) yield place.shown;
    return;
  }
  const folder = openPlace(shared.roots, place);
  if (folder === undefined) {
    if (start.segments.length === 0) return; // a work folder that nothing was written to
    throw absent(place.shown);
  }
  const told = new Set<WalkSkip>();
  const once = (why: WalkSkip) => {
    if (!told.has(why)) options.skipped?.(why);
    told.add(why);
  };
  const pruned = start.root === 'work' ? NOTHING_PRUNED : PRUNED;
  const showBelow = (names: readonly string[]) => showLocation({ ...start, segments: [...start.segments, ...names] });
  const enters = (names: readonly string[]) =>
    !pruned.has(names.at(-1) ?? '') && options.enters?.(showBelow(names)) !== false;
  const { lookup } = shared.roots;
  try {
    for await (const names of listTree(folder, { lookup, enters, signal: shared.signal, skipped: once })) {
      const found = showBelow(names);
      if (permits.read(found)) yield found;
    }
  } finally {
    folder.close();
  }
}

function isFile(roots: Roots, start: Location, place: Place): boolean {
  const name = start.segments.at(-1);
  if (name === undefined || start.folder) return false;
  const parent = openPlace(roots, parentOf(place));
  try {
    return parent !== undefined && fs.lstatSync(parent.at(name), { throwIfNoEntry: false })?.isFile() === true;
  } finally {
    parent?.close();
  }
}
