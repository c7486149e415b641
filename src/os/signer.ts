import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { randomIds } from './ids.ts';
import { keyIdOf, publicKeyOf, signatureHolds } from './public-key.ts';
import type { Signer } from './signing.ts';

/**
 * Ed25519 keys in a folder of the user's.
 *
 * S1. `signing.pem` is the one private key: PKCS 8, mode 0600, in a folder of mode 0700. One that others may read, that
 *     is a link or that belongs to somebody else is refused, never used.
 * S2. The private key comes whole under its name, by a link that fails when there is one: of two processes at first
 *     use one makes the key and both use it.
 * S3. `<id>.pub` holds a public key (SPKI). They are kept for ever, so what was signed before a rotation still verifies.
 *     A file whose key has another id than its name says counts for nothing.
 */
const PRIVATE = 'signing.pem';

type Pair = { readonly key: KeyObject; readonly id: string; readonly publicKey: string };

/**
 * The keys in `dir`, made at first use; nothing is read or written before something is signed or verified.
 * @param dir absolute; `undefined` where the user has no folder outside the project: then nothing can be signed.
 */
export function openSigner({ dir }: { readonly dir: string | undefined }): Signer {
  let pair: Pair | undefined;
  const known = new Map<string, KeyObject>();

  function own(): Pair {
    if (dir === undefined) throw nowhere();
    pair ??= readPair(dir) ?? makePair(dir);
    return pair;
  }

  function find(id: string): KeyObject | undefined {
    const found = known.get(id) ?? (dir === undefined ? undefined : readPublic(dir, id));
    if (found !== undefined) known.set(id, found);
    return found;
  }

  return {
    canSign: dir !== undefined,
    get id() {
      return own().id;
    },
    get publicKey() {
      return own().publicKey;
    },
    sign: (text) => signBytes(null, Buffer.from(text), own().key).toString('base64url'),
    verify(text, signature, id) {
      const key = find(id);
      return key !== undefined && signatureHolds(key, text, signature);
    },
    knows: (id) => find(id) !== undefined,
  };
}

/** Id of the key in `dir`; `undefined` when there is none yet. @throws UserError `disk`, `refused`. */
export function presentKey(dir: string): string | undefined {
  return readPair(dir)?.id;
}

/**
 * Makes a new private key in place of the present one, whose public key is kept. A process that has signed already goes
 * on with the key it has. @returns the id of the new key. @throws UserError `disk`, `refused`.
 */
export function rotateKey({ dir }: { readonly dir: string | undefined }): string {
  if (dir === undefined) throw nowhere();
  readPair(dir); // writes the public key where it is absent, and refuses to replace what it would refuse to use
  return inKeys(dir, () => {
    const { temp, pair } = writeNew(dir);
    writePublic(dir, pair);
    fs.renameSync(temp, join(dir, PRIVATE));
    syncDir(dir);
    return pair.id;
  });
}

function nowhere(): UserError {
  return new UserError('disk', 'nothing can be signed: there is no folder of yours outside the project for the key', {
    hint: 'Set HOME, or XDG_CONFIG_HOME, to a folder that is not in the project.',
  });
}

/** The key pair on disk; `undefined` when there is none yet. */
function readPair(dir: string): Pair | undefined {
  return inKeys(dir, () => {
    const path = join(dir, PRIVATE);
    const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;
    if (fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    refuseOpenFolder(dir);
    const descriptor = fs.openSync(path, flags);
    try {
      const stat = fs.fstatSync(descriptor);
      if (!stat.isFile()) throw refusal(path, 'is not a file', 'Remove it; a new key is then made.');
      if ((stat.mode & 0o077) !== 0) throw refusal(path, 'may be read by others', `Run \`chmod 600 ${path}\`.`);
      if (!isMine(stat)) throw refusal(path, 'belongs to somebody else', 'Remove it; a new key is then made.');
      const pair = pairOf(readKey(path, fs.readFileSync(descriptor)));
      writePublic(dir, pair);
      return pair;
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

function readKey(path: string, pem: Buffer): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // said below: what was found is no key
  }
  throw refusal(path, 'is not an Ed25519 key', 'Restore it from a copy, or remove it; a new key is then made.');
}

function makePair(dir: string): Pair {
  const made = inKeys(dir, () => {
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    refuseOpenFolder(dir);
    const { temp, pair } = writeNew(dir);
    try {
      fs.linkSync(temp, join(dir, PRIVATE));
      writePublic(dir, pair);
      return pair;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return undefined; // another process was first: its key is the one
    } finally {
      fs.unlinkSync(temp);
      syncDir(dir);
    }
  });
  const pair = made ?? readPair(dir);
  if (pair === undefined) throw refusal(join(dir, PRIVATE), 'disappeared', 'Try again.');
  return pair;
}

/** A new key in a file of its own, on its way to its name. */
function writeNew(dir: string): { temp: string; pair: Pair } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const temp = join(dir, `.new-${randomIds.next()}`);
  writeDurably(temp, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { temp, pair: pairOf(privateKey) };
}

function pairOf(key: KeyObject): Pair {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  return { key, publicKey, id: keyIdOf(publicKey) as string };
}

/** Puts the public key beside the private one. One that is there already is the same, by its name (S3). */
function writePublic(dir: string, { id, publicKey }: Pair): void {
  if (readPublic(dir, id) !== undefined) return;
  const temp = join(dir, `.new-${randomIds.next()}`);
  writeDurably(temp, publicKey);
  fs.renameSync(temp, join(dir, `${id}.pub`));
  syncDir(dir);
}

function readPublic(dir: string, id: string): KeyObject | undefined {
  if (!/^[0-9a-f]{16}$/.test(id)) return undefined;
  try {
    const pem = fs.readFileSync(join(dir, `${id}.pub`), 'utf8');
    return keyIdOf(pem) === id ? publicKeyOf(pem) : undefined;
  } catch {
    return undefined; // a key that cannot be read vouches for nothing
  }
}

function writeDurably(path: string, text: string | Buffer): void {
  const descriptor = fs.openSync(path, 'wx', 0o600);
  try {
    fs.writeFileSync(descriptor, text);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function syncDir(dir: string): void {
  const descriptor = fs.openSync(dir, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function refuseOpenFolder(dir: string): void {
  const stat = fs.lstatSync(dir);
  if (!stat.isDirectory()) throw refusal(dir, 'is not a folder', 'Remove it; a new one is then made.');
  if ((stat.mode & 0o077) !== 0) throw refusal(dir, 'is open to others', `Run \`chmod 700 ${dir}\`.`);
  if (!isMine(stat)) throw refusal(dir, 'belongs to somebody else', 'Remove it; a new one is then made.');
}

function isMine({ uid }: fs.Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

function refusal(file: string, what: string, hint: string): UserError {
  return new UserError('refused', `the signing key cannot be used: ${file} ${what}`, { where: { file }, hint });
}

/** Runs `act`; what the operating system refuses becomes a UserError `disk`. */
function inKeys<T>(dir: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('disk', `the signing key cannot be read or written: ${(error as Error).message}`, {
      where: { file: dir },
      hint: 'The folder must be yours and writable.',
      cause: error,
    });
  }
}
