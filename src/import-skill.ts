import path from 'node:path';
import { UserError } from './os/errors.ts';
import { looksLikeGit } from './os/network/git/source.ts';
import { readRegular } from './os/skills/regular-file.ts';
import { pathOfFile } from './os/skills/source-paths.ts';
import { executableIn } from './place-folder.ts';
import { filesOf, type Shelf, writeSkill } from './shelf-files.ts';
import { provided, recordingRefusal, takeIn } from './take-in.ts';

export type Importing = {
  /** A folder, a bundle, or `https://…#<commit>`. */
  readonly from: string;
  readonly as: string | undefined;
  readonly commit: string | undefined;
};

/** @returns the new folder, relative to the project. @throws UserError. */
export async function importSkill(shelf: Shelf, asked: Importing): Promise<string> {
  const { from, as, commit } = asked;
  if (looksLikeGit(from)) {
    const { importCommit } = await import('./import-commit.ts');
    return importCommit(shelf, asked);
  }
  if (commit !== undefined) {
    throw new UserError('usage', 'A commit is of a repository, and this is none.', {
      hint: 'Write the address of the repository, https://….',
    });
  }
  return /\.(tar|tar\.gz|tgz)$/i.test(from) ? importBundle(shelf, from, as) : importFolder(shelf, from, as);
}

async function importFolder(shelf: Shelf, folder: string, as: string | undefined): Promise<string> {
  const source = shelf.catalog.sourceAt(folder);
  const [unread] = source.unread ?? [];
  if (unread !== undefined) {
    const where = { file: pathOfFile(source.dir, unread.file) };
    throw new UserError('skill', unread.message, { where, hint: unread.fix });
  }
  const name = as ?? source.name;
  const { main, text } = provided(shelf, source, name, folder);
  const files = new Map([...filesOf(shelf, source), [main, text]]);
  return writeSkill(shelf, name, files, folder, executableIn(path.resolve(shelf.root, source.dir)));
}

async function importBundle(shelf: Shelf, file: string, as: string | undefined): Promise<string> {
  const { MAX_BUNDLE, readBundle } = await import('./os/skills/bundle/read-bundle.ts');
  const read = readRegular(path.resolve(shelf.root, file), MAX_BUNDLE);
  if (read === 'absent') throw new UserError('not_found', 'there is no such bundle', { where: { file } });
  return recordingRefusal(shelf, file, async () => {
    if (typeof read === 'string') {
      const why =
        { large: `is larger than ${MAX_BUNDLE} bytes`, link: 'is a symbolic link' }[read] ?? `cannot be read: ${read}`;
      throw new UserError('skill', `The bundle ${why}.`, { where: { file } });
    }
    const { name, files } = await readBundle(read.bytes);
    return takeIn(shelf, files, { name: as ?? name, from: file });
  });
}
