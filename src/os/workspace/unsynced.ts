import { OpError } from '../op-error.ts';
import type { Folder } from './folder.ts';
import { openPlace, type Place, type Roots } from './place.ts';
import { flushFolder } from './replace.ts';

/** Folders with names that a power cut could still undo. */
export type Unsynced = Map<string, Place>;

export function remember(unsynced: Unsynced, folder: Place): void {
  unsynced.set(`${folder.base}\0${folder.segments.join('/')}`, folder);
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
