import { OpError } from '../../op-error.ts';
import { type GitCall, runGit } from './run.ts';

/** A regular file of a commit, by its path below the folder asked for. */
export type TreeFile = { readonly name: string; readonly bytes: Uint8Array; readonly executable: boolean };

/** What is known of it before its content is read. */
export type TreeEntry = {
  readonly name: string;
  readonly bytes: number;
  readonly kind: 'file' | 'executable' | 'link' | 'submodule';
  readonly object: string;
};

export type Repository = Pick<GitCall, 'gitDir' | 'home' | 'path' | 'signal'>;

const MAX_LIST = 4 * 1024 * 1024;
const MS = 30_000;

/**
 * Every entry of a commit's tree, or of a folder in it. Reads objects; nothing is checked out, and no file of the
 * repository decides how.
 * @throws OpError `git`, `too_large`, `timeout`.
 */
export async function listTree(repository: Repository, commit: string, folder: string): Promise<readonly TreeEntry[]> {
  const at = folder === '' ? `${commit}^{tree}` : `${commit}:${folder}`;
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', at];
  const listed = await runGit({ ...repository, args, maxOutput: MAX_LIST, ms: MS });
  return splitAtNul(listed).map(entryOf);
}

/**
 * The contents of entries, which the caller has found fit.
 * @throws OpError `git`, `too_large` (more than the sizes they were listed with), `timeout`.
 */
export async function readEntries(repository: Repository, entries: readonly TreeEntry[]): Promise<readonly TreeFile[]> {
  const sum = entries.reduce((total, { bytes }) => total + bytes + 128, 0);
  const stdin = entries.map(({ object }) => `${object}\n`).join('');
  const printed = await runGit({ ...repository, args: ['cat-file', '--batch'], stdin, maxOutput: sum, ms: MS });
  let at = 0;
  return entries.map(({ name, bytes, kind, object }) => {
    const end = printed.indexOf(0x0a, at);
    if (end === -1 || printed.toString('latin1', at, end) !== `${object} blob ${bytes}`) {
      throw new OpError('git', 'an object is not what the tree says');
    }
    const content = printed.subarray(end + 1, end + 1 + bytes);
    at = end + 1 + bytes + 1;
    return { name, bytes: Uint8Array.from(content), executable: kind === 'executable' };
  });
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'link',
  '160000': 'submodule',
};

function entryOf(line: Buffer): TreeEntry {
  const tab = line.indexOf(0x09);
  const [, mode = '', object = '', size = ''] =
    /^(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-)$/.exec(line.toString('latin1', 0, tab)) ?? [];
  const kind = KINDS[mode];
  if (kind === undefined) throw new OpError('git', 'the tree holds an entry of an unknown kind');
  // bytes that are no UTF-8 become U+FFFD, which no name may hold
  return { name: line.toString('utf8', tab + 1), bytes: size === '-' ? 0 : Number(size), kind, object };
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    parts.push(bytes.subarray(at, end === -1 ? bytes.length : end));
    at = end === -1 ? bytes.length : end + 1;
  }
  return parts;
}
