import fs from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { nodeDisk, replaceFile } from '../disk.ts';
import { UserError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { SecretStore } from './port.ts';

/**
 * Secrets that a person stored: one JSON file, names to values, that only its owner may read, in a folder that only its
 * owner may enter. That folder lies beside the user's settings, which others may read, and in no project.
 *
 *  - T1 The file is replaced whole and durably: after a crash there is either what was there before or all of it.
 *  - T2 A file or folder that others may read is refused, not mended: who has read it is not known.
 */
export type WritableSecretStore = SecretStore & {
  /** Where it is, for messages; there may be nothing yet. */
  readonly file: string;
  /** @throws UserError `usage` for a name or value that cannot be; `disk`. */
  set(name: string, value: string): void;
  /** @returns whether there was one. */
  remove(name: string): boolean;
};

export type SecretStoreOptions = {
  /** The user's folder of settings; `undefined` where there is no home. */
  readonly dir: string | undefined;
  /** The project, in which the store must not lie. */
  readonly root: string;
};

const FOLDER = 'secrets';
const FILE = 'store.json';
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const LONGEST_VALUE = 64 * 1024;
const LARGEST_FILE = 4 * 1024 * 1024;
const BY_OTHERS = 0o077;

/** Whether a text can be the name of a secret. */
export function isSecretName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Opens the store. Nothing is read before the first question, and nothing written before the first change. What it
 * gives throws UserError `config` where others may read it, or where it lies in the project and is not empty.
 */
export function openSecretStore({ dir, root }: SecretStoreOptions): WritableSecretStore {
  const file = join(resolve(dir ?? '.'), FOLDER, FILE);
  let read: ReadonlyMap<string, string> | undefined;
  const secretsOutside = () => {
    const secrets = readSecrets(file);
    if (secrets.size > 0) refuseWithin(file, root);
    return secrets;
  };
  const all = () => {
    read ??= dir === undefined ? new Map() : secretsOutside();
    return read;
  };
  const write = (secrets: ReadonlyMap<string, string>) => {
    writeSecrets(file, secrets);
    read = secrets;
  };
  return {
    file,
    names: () => [...all().keys()].sort(),
    get: (name) => all().get(name),
    set(name, value) {
      if (dir === undefined) throw homeless();
      checkSecret(name, value);
      refuseWithin(file, root);
      write(new Map([...readSecrets(file), [name, value]]));
    },
    remove(name) {
      const secrets = new Map(dir === undefined ? [] : readSecrets(file));
      if (!secrets.delete(name)) return false;
      write(secrets);
      return true;
    },
  };
}

function homeless(): UserError {
  return new UserError('config', 'There is no folder for secrets: neither XDG_CONFIG_HOME nor HOME is set.', {
    hint: 'Set HOME.',
  });
}

function checkSecret(name: string, value: string): void {
  if (!isSecretName(name)) {
    throw new UserError('usage', `${JSON.stringify(name)} is no name for a secret.`, {
      hint: 'Use letters, digits and _, at most 64, and no digit first: GITHUB_TOKEN.',
    });
  }
  if (value === '') throw new UserError('usage', `The value of ${name} is empty.`, { hint: 'Give it on stdin.' });
  if (value.includes('\0') || value.length > LONGEST_VALUE) {
    const what = value.includes('\0') ? 'holds a NUL character' : `has more than ${LONGEST_VALUE} characters`;
    throw new UserError('usage', `The value of ${name} ${what}.`, { hint: 'Give the secret and nothing else.' });
  }
}

function refuseWithin(file: string, root: string): void {
  if (!isWithin(file, root)) return;
  throw new UserError('config', `Secrets would lie in the project: ${file}.`, {
    where: { file },
    hint: 'Set XDG_CONFIG_HOME to a folder outside of the project, or make a folder below this one the project.',
  });
}

function isWithin(path: string, root: string): boolean {
  const real = (at: string): string => {
    for (let there = at; ; there = dirname(there)) {
      if (fs.existsSync(there)) return join(fs.realpathSync(there), relative(there, at));
      if (there === dirname(there)) return at;
    }
  };
  const [inner, outer] = [real(path), real(root)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

/** Secrets of the file; none where there is no file. */
function readSecrets(file: string): ReadonlyMap<string, string> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
    throw refused(file, code === 'ELOOP' ? 'is a link' : `cannot be read: ${message}`, `Look at ${file}.`);
  }
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile()) throw refused(file, 'is not a file', 'Move it away.');
    refuseOpen(file, stat);
    refuseOpen(dirname(file), fs.statSync(dirname(file)));
    if (stat.size > LARGEST_FILE) throw refused(file, 'is too large', 'It holds names and values and nothing else.');
    return secretsIn(file, fs.readFileSync(descriptor, 'utf8'));
  } finally {
    fs.closeSync(descriptor);
  }
}

function refuseOpen(path: string, { mode, uid }: fs.Stats): void {
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw refused(path, 'belongs to somebody else', 'Secrets are read only from files of your own.');
  }
  if ((mode & BY_OTHERS) === 0) return;
  const [bits, what] = path.endsWith(FILE) ? ['600', 'read'] : ['700', 'entered'];
  throw refused(
    path,
    `may be ${what} by others than its owner`,
    `Run \`chmod ${bits} ${path}\`; if others have had access, replace the secrets.`,
  );
}

function secretsIn(file: string, text: string): ReadonlyMap<string, string> {
  const parsed = parseJson(text);
  const entries = parsed.ok && typeof parsed.value === 'object' && parsed.value !== null ? parsed.value : undefined;
  if (entries === undefined || Array.isArray(entries)) throw refused(file, 'is damaged', 'Move it away and set anew.');
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(entries)) {
    if (!isSecretName(name) || typeof value !== 'string')
      throw refused(file, 'is damaged', 'Move it away and set anew.');
    secrets.set(name, value);
  }
  return secrets;
}

function refused(file: string, what: string, hint: string): UserError {
  return new UserError('config', `${file} ${what}.`, { where: { file }, hint });
}

function writeSecrets(file: string, secrets: ReadonlyMap<string, string>): void {
  const dir = dirname(file);
  fs.mkdirSync(dirname(dir), { recursive: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  refuseOpen(dir, fs.statSync(dir));
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
  replaceFile(nodeDisk, file, Buffer.from(text), join(dir, `.${FILE}.${process.pid}`));
}
