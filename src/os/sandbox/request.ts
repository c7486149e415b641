import { posix } from 'node:path';
import { OpError } from '../op-error.ts';
import type { SandboxRequest } from './port.ts';

/** Bytes of one argument or variable; the kernel takes 128 KiB (MAX_ARG_STRLEN) with the final zero. */
const ONE_STRING = 128 * 1024 - 1;
/** Bytes of all of them; the kernel takes a quarter of the stack's limit, 2 MiB by default, and part of it is ours. */
const ALL_STRINGS = 1024 * 1024;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Read before a program begins, also by the shell that sets its limits. */
const LOADER =
  /^(LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|DYLD_.*|BASH_ENV|ENV|SHELLOPTS|BASHOPTS|PS4)$/;
/** Where the kernel shows itself; a mount there would put something else in its place. */
const KERNEL = /^\/(proc|dev|sys)(\/|$)/;

/**
 * Refuses what no program could be started with.
 *
 * @throws OpError `invalid` (no program, a NUL, half a surrogate pair, a variable nobody may set, a path that is not
 *   absolute and plain, a limit that is no positive number), `too_large` (more than the kernel hands over)
 */
export function checkRequest(request: SandboxRequest): void {
  const { argv, env, cwd, mounts, limits } = request;
  if (argv.length === 0 || argv[0] === '') throw new OpError('invalid', 'There is no program: argv is empty.');
  argv.forEach((argument, i) => {
    checkText(argument, i === 0 ? 'the program' : `argument ${i}`);
  });
  for (const [name, value] of Object.entries(env)) {
    if (!NAME.test(name)) throw new OpError('invalid', `${JSON.stringify(name)} is no name of a variable.`);
    if (LOADER.test(name)) {
      throw new OpError('invalid', `The variable ${name} changes how programs are loaded and cannot be set.`);
    }
    checkText(value, `the variable ${name}`);
  }
  checkSize([...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]);
  checkPath(cwd, 'the working folder');
  for (const mount of mounts) {
    checkPath(mount.at, 'a mount');
    if ('from' in mount) checkPath(mount.from, 'the source of a mount');
    if (mount.at === '/' || KERNEL.test(mount.at)) {
      throw new OpError('invalid', `Nothing can be mounted at ${mount.at}.`);
    }
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isFinite(value) && value > 0)) throw new OpError('invalid', `The limit ${name} is ${value}.`);
  }
}

function checkText(text: string, what: string): void {
  if (text.includes('\0')) throw new OpError('invalid', `${what} contains a NUL.`);
  if (!text.isWellFormed())
    throw new OpError('invalid', `${what} is no valid Unicode: it has half of a surrogate pair.`);
}

function checkPath(path: string, what: string): void {
  checkText(path, what);
  if (posix.isAbsolute(path) && posix.normalize(path) === path && (path === '/' || !path.endsWith('/'))) return;
  throw new OpError('invalid', `${what} is no plain absolute path: ${JSON.stringify(path)}.`);
}

function checkSize(strings: readonly string[]): void {
  let total = 0;
  for (const text of strings) {
    const bytes = Buffer.byteLength(text);
    if (bytes > ONE_STRING) {
      throw new OpError('too_large', `One argument has ${bytes} bytes; a program takes ${ONE_STRING} at most.`);
    }
    total += bytes + 1 + 8; // the final zero, and a pointer
  }
  if (total <= ALL_STRINGS) return;
  const what = `The arguments and variables have ${total} bytes; ${ALL_STRINGS} is the most.`;
  throw new OpError('too_large', `${what} Write them to a file and give its name.`);
}
