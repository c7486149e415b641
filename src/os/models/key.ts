import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelConfig } from '../config/config.ts';

/**
 * The key of a provider, read anew at each call: from the environment, else from a file.
 *
 *  K1 A key goes into the header of a request and nowhere else; what is said of one is where it was looked for.
 *  K2 A file is taken only when nobody but its owner may read it, it lies in no skill, and it holds one word: a longer
 *     file is something else and is not sent to anybody.
 */
export type Key =
  | { readonly ok: true /** Absent where there is none. */; readonly key?: string; readonly from: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

export type Env = Readonly<Record<string, string | undefined>>;

type KeyConfig = Pick<ModelConfig, 'api_key_env' | 'api_key_file'>;

const MAX_BYTES = 8192;

/** What a header takes: for anything else the error of whoever refuses it would show it. */
const WORD = /^[\x21-\x7e]+$/;

export function readKey({ api_key_env: name, api_key_file: file }: KeyConfig, env: Env): Key {
  const from = `the environment variable ${name}`;
  const held = env[name]?.trim() ?? '';
  if (held === '') return file === undefined ? { ok: true, from } : keyInFile(file, env);
  if (WORD.test(held)) return { ok: true, key: held, from };
  return { ok: false, message: `What ${from} holds is not a key.`, hint: 'A key is one word of plain characters.' };
}

function keyInFile(shown: string, env: Env): Key {
  const refuse = (what: string, hint: string): Key => ({ ok: false, message: `The key file ${shown} ${what}.`, hint });
  const home = env.HOME ?? '';
  if (shown.startsWith('~/') && home === '') {
    return refuse('cannot be found: HOME is not set', 'Give its path from / on, or set HOME.');
  }
  let text: string;
  try {
    const path = realpathSync(shown.startsWith('~/') ? join(home, shown.slice(2)) : shown);
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) return refuse('is not a file', 'Make it a file with the key and nothing else.');
      if ((stat.mode & 0o077) !== 0) {
        return refuse('may be read by others than its owner', `Run \`chmod 600 ${shown}\`.`);
      }
      if (isInSkill(path)) {
        return refuse('lies in the folder of a skill', 'Move it out of the project; what is in a skill is copied.');
      }
      text = stat.size > MAX_BYTES ? ' ' : readFileSync(descriptor, 'utf8').trim();
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return refuse(`cannot be read: ${(error as NodeJS.ErrnoException).code}`, 'Correct `api_key_file` in the config.');
  }
  if (!WORD.test(text)) {
    return refuse('does not hold a key', 'It must hold the key in one line, and nothing else.');
  }
  return { ok: true, key: text, from: `the file ${shown}` };
}

/** Whether any folder above a file is that of a skill. */
function isInSkill(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (statSync(join(folder, 'skill.md'), { throwIfNoEntry: false }) !== undefined) return true;
    if (folder === dirname(folder)) return false;
  }
}
