import { visibleLine } from '../visible.ts';

/**
 * What a path of an op means, decided from its text alone.
 *
 *  - L1 A location has no `.`, `..`, empty or absolute part. Taking `a/..` away is exact here, because the walk follows
 *    no link: there is no other place it could lead to.
 *  - L2 One location has one canonical text; decisions, events and answers speak of that text only.
 *  - L3 What is unusual is refused, never repaired.
 */
export type Location = {
  readonly root: 'project' | 'work' | 'blob' | 'outside';
  /** Names below the root (of the disk for `outside`); none = the root itself; for a blob its SHA-256. */
  readonly segments: readonly string[];
  /** The path was written as a folder's (`a/`, `a/.`), so it cannot mean a file. */
  readonly folder: boolean;
};

/** Why a path means nothing, as a sentence. */
export type Refusal = { readonly refused: string };

const MAX_NAME = 255;
const MAX_PATH = 4096;
/** Nothing a person could not see, or that makes a name look like another, belongs in a path. */
const UNSEEN = /\p{Cc}|\p{Cs}|[\u202A-\u202E\u2066-\u2069\u2028\u2029]/u;
const BLOB = /^blob:([0-9a-f]{64})$/;
const WORK = 'work:/';

export function isRefusal(parsed: Location | Refusal): parsed is Refusal {
  return 'refused' in parsed;
}

/**
 * Reads a path: relative to the project root with `/`, `work:/x` in the run's work folder, `blob:<sha256>`, or from the
 * root of the disk on, which is outside: {@link localPath} comes first where that may be the project. Lexical: touches
 * no disk.
 */
export function parseLocation(path: string): Location | Refusal {
  if (path === '') return refuse(path, 'it is empty');
  if (UNSEEN.test(path)) return refuse(path, 'it holds a character that does not show');
  if (path.includes('\\')) return refuse(path, 'it holds a backslash; parts are separated by "/"');
  if (isLongerThan(path, MAX_PATH)) return refuse(`${path.slice(0, 60)}…`, `it is longer than ${MAX_PATH} bytes`);
  const blob = BLOB.exec(path)?.[1];
  if (blob !== undefined) return { root: 'blob', segments: [blob], folder: false };
  if (path.startsWith('/')) return parseBelow('outside', path, path.slice(1));
  if (path.startsWith(WORK)) return parseBelow('work', path, path.slice(WORK.length));
  const location = parseBelow('project', path, path);
  return isRefusal(location) ? location : (strangeStart(path, showLocation(location)) ?? location);
}

/** Looks at the canonical text: `./work:/x` must not become the text of another place (L2). */
function strangeStart(path: string, canonical: string): Refusal | undefined {
  if (/^(blob:|work:|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:\/)/.test(canonical)) {
    return refuse(path, 'only "work:/…" and "blob:<sha256>" are places besides the project');
  }
  return /^(~$|~[^/]*\/)/.test(canonical) ? refuse(path, '"~" is not a place here') : undefined;
}

/**
 * A path as ops speak of it: one from the root of the disk on that lies in the project becomes relative to it. Names
 * are compared whole: `/work/app-old` is not in `/work/app`. Every other path stays as it is.
 * @param root the project root, absolute.
 */
export function localPath(root: string, path: string): string {
  if (!path.startsWith('/')) return path;
  const parsed = parseLocation(path);
  if (isRefusal(parsed) || parsed.root !== 'outside') return path;
  const above = root.split('/').filter((part) => part !== '');
  if (above.length === 0 || !above.every((part, at) => part === parsed.segments[at])) return path;
  const below = parsed.segments.slice(above.length).join('/');
  return `${below === '' ? '.' : below}${parsed.folder && below !== '' ? '/' : ''}`;
}

function parseBelow(root: 'project' | 'work' | 'outside', path: string, below: string): Location | Refusal {
  const segments: string[] = [];
  const parts = below.split('/');
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (segments.pop() === undefined) return refuse(path, 'it leaves its root');
    } else if (isLongerThan(part, MAX_NAME)) {
      return refuse(`${path.slice(0, 60)}…`, `a part is longer than ${MAX_NAME} bytes`);
    } else {
      segments.push(part);
    }
  }
  const last = parts.at(-1);
  return { root, segments, folder: segments.length === 0 || last === '' || last === '.' || last === '..' };
}

function refuse(path: string, why: string): Refusal {
  return { refused: `The path "${visibleLine(path)}" cannot be used: ${why}.` };
}

/** Whether the UTF-8 form of `text` has more than `limit` bytes. */
function isLongerThan(text: string, limit: number): boolean {
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}

/** The canonical text of a location: `a/b`, `work:/a`, `blob:<sha256>`, `/etc/x`; `.` for the project root. */
export function showLocation({ root, segments }: Location): string {
  switch (root) {
    case 'project':
      return segments.length === 0 ? '.' : segments.join('/');
    case 'work':
      return WORK + segments.join('/');
    case 'blob':
      return `blob:${segments.join('/')}`;
    case 'outside':
      return `/${segments.join('/')}`;
  }
}

/** The parts of a location as globs see them: below the project root bare, else behind `work:`, `blob:…` or nothing. */
export function globParts(location: Location): readonly string[] {
  switch (location.root) {
    case 'project':
      return location.segments;
    case 'work':
      return ['work:', ...location.segments];
    case 'outside':
      return ['', ...location.segments];
    case 'blob':
      return [showLocation(location)];
  }
}

/** The canonical text of what `path` means; `path` itself where it means nothing (and so will be refused). */
export function canonicalPath(path: string): string {
  const parsed = parseLocation(path);
  return isRefusal(parsed) ? path : showLocation(parsed);
}

/** Characters that some file systems and most readers do not see in a name. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/** `text` as the most lenient file system compares it: compatibility forms, case and unseen characters folded away. */
export function foldText(text: string): string {
  if (/^[ -@[-~]*$/.test(text)) return text; // printable ASCII without upper case
  const seen = text.normalize('NFKC').replace(IGNORED, '');
  return seen.toUpperCase().toLowerCase().normalize('NFKC');
}

/**
 * A name for comparison with protected names. Beyond {@link foldText} it ends where NTFS ends it: at a stream's `:`,
 * and before trailing dots and spaces.
 */
export function foldName(name: string): string {
  const folded = foldText(name);
  return folded.replace(/:.*$/s, '').replace(/[. ]+$/, '');
}
