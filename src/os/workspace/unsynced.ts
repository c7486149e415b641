import { OpError } from '../op-error.ts';
import type { Folder } from './folder.ts';
import { isRefusal, parseLocation } from './location.ts';
import { openPlace, type Place, placeOf, type Roots } from './place.ts';
import { flushFolder } from './replace.ts';

/** Folders with names that a power cut could still undo. */
export type Unsynced = Map<string, Place>;

export function remember(unsynced: Unsynced, folder: Place): void {
  unsynced.set(`${folder.base}\0${folder.segments.join('/')}`, folder);
}

/** The folders of files that were written, and those above, any of which may have been made for them. */
export function unsyncedBy(written: readonly string[], roots: Roots): Unsynced {
  const unsynced: Unsynced = new Map();
  for (const path of new Set(written)) {
    const location = parseLocation(path);
    if (isRefusal(location) || location.root === 'blob') continue;
    const place = placeOf(roots, location);
    for (let depth = place.segments.length - 1; depth >= 0; depth--) {
      remember(unsynced, { ...place, segments: place.segments.slice(0, depth) });
    }
  }
  return unsynced;
}

/** Makes all of them durable and forgets them, one by one. @throws UserError `disk`; what is left stays remembered. */
export async function syncAll(unsynced: Unsynced, roots: Roots, shareDisk: () => boolean): Promise<void> {
  for (const [key, place] of [...unsynced]) {
    const folder = openOrNothing(roots, place);
    try {
      if (folder !== undefined) await flushFolder(folder, shareDisk(), place.shown);
    } finally {
      folder?.close();
    }
    unsynced.delete(key);
  }
}

/** A folder that is gone, or became something else, holds no name of ours. */
function openOrNothing(roots: Roots, place: Place): Folder | undefined {
  try {
    return openPlace(roots, place);
  } catch (error) {
    if (error instanceof OpError) return undefined;
    throw error;
  }
}
