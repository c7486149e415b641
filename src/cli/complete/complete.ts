import type { Reyn } from '../../api.ts';
import { oneLine } from '../output.ts';
import { type Candidate, type Commands, wantedAt } from './candidates.ts';
import { namesOf } from './names.ts';

const ABOUT_WIDTH = 60;

/**
 * Answers the scripts of `reyn completion`: what the last word may become, one candidate a line with what it is behind
 * a tab; or a line `:files` or `:folders` where the shell itself knows best. A shell shows no errors: where something
 * is wrong there are no candidates.
 * @param words behind a `--`, which keeps them from being read as options.
 */
export async function answerShell(
  [dashes, ...words]: readonly string[],
  commands: Commands,
  openIn: (folder: string | undefined) => Promise<Reyn>,
): Promise<string> {
  try {
    return dashes === '--' ? await answer(words, commands, () => openIn(folderIn(words))) : '';
  } catch {
    return '';
  }
}

async function answer(words: readonly string[], commands: Commands, open: () => Promise<Reyn>): Promise<string> {
  const wanted = await wantedAt(words, commands);
  if (wanted.kind === 'files' || wanted.kind === 'folders') return `:${wanted.kind}\n`;
  const last = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const all =
    wanted.kind === 'words'
      ? wanted.words
      : (await namesOf(wanted.of, open)).map(({ value, about }) => ({ value: wanted.prefix + value, about }));
  return all
    .filter(({ value }) => value.startsWith(last))
    .map(lineOf)
    .join('');
}

/** The folder that a command line names with `-C`. */
function folderIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-C' || word === '--path');
  return at === -1 || at >= words.length - 2 ? undefined : words[at + 1];
}

function lineOf({ value, about }: Candidate): string {
  return about === '' ? `${value}\n` : `${value}\t${oneLine(about, ABOUT_WIDTH)}\n`;
}
