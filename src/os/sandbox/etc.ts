import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { randomIds } from '../ids.ts';

/**
 * What a program sees of the machine: the folders of the system, read-only, and of `/etc` only what programs need to
 * start and to read text, times, certificates and fonts. Never passwords, keys, host names, or anybody's settings.
 */
const ROOT_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Folders cost a mount each, about 0.2 ms, so that there are few. */
const ETC_FOLDERS = [
  'alternatives',
  'crypto-policies',
  'fonts',
  'pki/ca-trust/extracted',
  'pki/tls/certs',
  'ssl/certs',
];
const ETC_LINKS = ['localtime', 'os-release'];
const ETC_FILES = ['ld.so.cache', 'ssl/openssl.cnf', 'pki/tls/openssl.cnf'];
const JAVA = /^java-[\w.-]+$/;

/** Settings of installed programs, which may hold credentials of the machine. */
const COVERED = ['/usr/local/etc', '/usr/etc/npmrc'];

/** Arguments of bubblewrap that show the system's folders. */
export function systemArguments(): readonly string[] {
  const etc = [...ETC_FOLDERS, ...ETC_LINKS, ...names('/etc').filter((name) => JAVA.test(name))];
  return [
    ...ROOT_FOLDERS.flatMap(show),
    ...etc.map((name) => join('/etc', name)).flatMap(show),
    ...COVERED.flatMap((path) => (names(path).length > 0 ? ['--tmpfs', path, '--remount-ro', path] : [])),
  ];
}

/** A link into the system's folders stays a link; anything else is mounted. */
function show(path: string): readonly string[] {
  try {
    if (!lstatSync(path).isSymbolicLink()) return ['--ro-bind', path, path];
    const real = realpathSync(path);
    return real.startsWith('/usr/') ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', real, path];
  } catch {
    return []; // this system has none
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Files of `/etc` the sandbox has copies of, by path: some of the machine's, and those that would tell who uses it. */
export function etcFiles(home: string): Readonly<Record<string, string | Uint8Array>> {
  const copies = ETC_FILES.map((name) => join('/etc', name)).filter((path) => existsSync(path));
  return { ...Object.fromEntries(copies.map((path) => [path, readFileSync(path)])), ...writtenFiles(home) };
}

function writtenFiles(home: string): Readonly<Record<string, string>> {
  const { uid, gid } = userInfo();
  const user = uid === 0 ? '' : `reyn:x:${uid}:${gid}:reyn:${home}:/bin/sh\n`;
  const group = gid === 0 ? '' : `reyn:x:${gid}:\n`;
  return {
    '/etc/passwd': `root:x:0:0:root:${home}:/bin/sh\n${user}nobody:x:65534:65534:nobody:/:/bin/false\n`,
    '/etc/group': `root:x:0:\n${group}nogroup:x:65534:\n`,
    '/etc/nsswitch.conf':
      'passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n',
    '/etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  };
}

/**
 * A file without a name, to be handed to many children: each opens it anew, at its beginning. Nothing of it is left
 * when this process ends, however it ends.
 */
export type Nameless = { open(): number };

/** @throws Error of the system, e.g. when the temporary folder is full */
export function nameless(content: string | Uint8Array): Nameless {
  const path = join(tmpdir(), `.reyn-${randomIds.next()}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    const bytes = Buffer.from(content);
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return { open: () => openSync(`/proc/self/fd/${descriptor}`, 'r') };
}
