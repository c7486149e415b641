import path from 'node:path';
import { UserError } from './os/errors.ts';
import { withCommit } from './os/network/git/fetch.ts';
import { isRefusedGit, readGitSource } from './os/network/git/source.ts';
import { listTree, type Repository, readEntries, type TreeEntry } from './os/network/git/tree.ts';
import { OpError } from './os/op-error.ts';
import { admit, type IncomingFiles, refused } from './os/skills/bundle/files.ts';
import { nameRefusal } from './os/skills/bundle/names.ts';
import type { Shelf } from './shelf-files.ts';
import { recordingRefusal, takeIn } from './take-in.ts';

/**
 * Takes a skill in from a commit of a repository.
 * @throws UserError `refused` for what is no such address, `skill` for what the commit holds.
 */
export function importCommit(
  shelf: Shelf,
  { from, as, commit }: { readonly from: string; readonly as: string | undefined; readonly commit: string | undefined },
): Promise<string> {
  const source = readGitSource(from, commit);
  // what was written may hold a password, so a refusal records none of it
  const shown = isRefusedGit(source) ? '(an address that was refused)' : source.shown;
  return recordingRefusal(shelf, shown, async () => {
    const hint = 'Write https://host/path#<commit>, or #<commit>:<folder>; the commit by its 40 hex digits.';
    if (isRefusedGit(source)) throw new UserError('refused', source.refused, { hint });
    const name = as ?? path.posix.basename(source.folder === '' ? source.url.pathname : source.folder, '.git');
    const to = { ways: shelf.ways, searchPath: shelf.env.PATH ?? '', signal: new AbortController().signal };
    const files = await withCommit(source, to, (repository) =>
      filesOfCommit(repository, source.commit, source.folder),
    ).catch(asUserError);
    return takeIn(shelf, files, { name, from: source.shown });
  });
}

/**
 * The files of a commit, or of a folder in it, that a skill may have. What begins with a dot is left out, as it is when a
 * folder is read; links and submodules are refused.
 * @throws UserError `skill`; OpError `git`, `too_large`, `timeout`.
 */
export async function filesOfCommit(repository: Repository, commit: string, folder: string): Promise<IncomingFiles> {
  const strange = folder === '' ? undefined : nameRefusal(folder);
  if (strange !== undefined) throw refused(strange);
  const entries = (await listTree(repository, commit, folder)).filter(({ name }) => !isHidden(name));
  const other = entries.find(({ kind }) => kind === 'link' || kind === 'submodule');
  if (other !== undefined) throw refused(whyNot(other));
  admit(entries);
  const files = await readEntries(repository, entries);
  return new Map(files.map(({ name, bytes, executable }) => [name, { bytes, executable }]));
}

/** `..` is not hidden: it is no name at all, and refused as that. */
function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') && part !== '.' && part !== '..');
}

function whyNot({ name, kind }: TreeEntry): string {
  const what = kind === 'link' ? 'a symbolic link' : 'a submodule, and those are not fetched';
  return `${JSON.stringify(name)} is ${what}.`;
}

function asUserError(error: unknown): never {
  if (!(error instanceof OpError)) throw error;
  if (error.code === 'refused') throw new UserError('refused', error.message);
  throw new UserError(
    error.code === 'too_large' ? 'skill' : 'usage',
    `The commit cannot be fetched: ${error.message}`,
    {
      hint: 'Nothing was written. Is the address right, and may everybody read that commit?',
      cause: error,
    },
  );
}
