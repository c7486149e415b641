import { visible } from '../../visible.ts';
import { MAX_DIRS } from '../source-paths.ts';

/**
 * Names of files that come from elsewhere. What is unusual is refused, never repaired, so that a name means one place on
 * every disk: case, Unicode form, what Windows does to names, what a reader cannot see.
 */

const MAX_PATH = 255;
/** Controls, format characters (bidirectional ones among them), surrogates, odd spaces, what is no UTF-8. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFD]|(?! )\p{Zs}/u;
/** What no file on Windows may be called, whatever its ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** Why a path in an archive or a tree is no name of a file in a skill, as a sentence; `undefined` when it is one. */
export function nameRefusal(name: string): string | undefined {
  const refuse = (why: string) => `The name ${shown(name)} ${why}.`;
  if (name === '') return 'A file has no name.';
  if (Buffer.byteLength(name) > MAX_PATH) return refuse(`is longer than ${MAX_PATH} bytes`);
  if (UNSEEN.test(name)) return refuse('holds a character that does not show');
  if (name.includes('\\')) return refuse('holds a backslash');
  if (name !== name.normalize('NFC')) return refuse('is not in the composed form of Unicode (NFC)');
  if (name.startsWith('/')) return refuse('is absolute');
  const parts = name.split('/');
  if (parts.length - 1 > MAX_DIRS) return refuse(`lies deeper than ${MAX_DIRS} folders`);
  for (const part of parts) {
    if (part === '') return refuse('has an empty part');
    if (part.startsWith('.')) return refuse('has a part that begins with a dot');
    if (/[. ]$/.test(part) || part.startsWith(' ')) return refuse('has a part that a space or dot begins or ends');
    if (/[:*?"<>|]/.test(part) || DEVICE.test(part)) return refuse('has a part that is no file name on every system');
  }
  return parts[0] === 'shared' && parts.length > 1 ? refuse('lies in "shared", which no skill has') : undefined;
}

/** Why names that are fine one by one cannot lie in one folder, as a sentence; `undefined` when they can. */
export function clashRefusal(names: readonly string[]): string | undefined {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const name of names) {
    const known = files.get(folded(name));
    if (known !== undefined) {
      return known === name
        ? `The file ${shown(name)} is there twice.`
        : `The names ${shown(known)} and ${shown(name)} are one on some disks.`;
    }
    files.set(folded(name), name);
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
      const folder = name.slice(0, at);
      const same = folders.get(folded(folder));
      if (same !== undefined && same !== folder) {
        return `The folders ${shown(same)} and ${shown(folder)} are one on some disks.`;
      }
      folders.set(folded(folder), folder);
    }
  }
  const both = [...folders].find(([key]) => files.has(key));
  return both === undefined ? undefined : `${shown(both[1])} is both a file and a folder.`;
}

/** Equal for names that some file system takes for one. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function shown(name: string): string {
  return visible(JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name));
}
