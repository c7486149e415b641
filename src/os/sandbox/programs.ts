import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { OpError } from '../op-error.ts';

/** Where programs of the system are, in the order they are looked for. Nobody but the administrator writes here. */
export const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'] as const;

/** What the operator's own environment says about programs, and whose word does not count. */
export type Operator = {
  /** The environment Reyn was started with; its PATH is looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root of the project, absolute: no program below it counts as the operator's. */
  readonly root: string;
};

/** A program outside the system's folders, and what of the machine it needs besides the system. */
export type Tool = {
  /** Absolute path as the PATH names it, links not followed. */
  readonly path: string;
  /** Files and folders to show read-only at their own place. */
  readonly needs: readonly string[];
};

/**
 * The program a bare name stands for, as an absolute path: in the system's folders first, then, when `operator` is
 * given, on the operator's PATH (see {@link findTool}). Undefined when there is none, and for a name with a `/`.
 */
export function resolveProgram(name: string, operator?: Operator): string | undefined {
  if (name === '' || name.includes('/') || name.includes('\0') || name === '.' || name === '..') return undefined;
  const system = SYSTEM_FOLDERS.map((folder) => join(folder, name)).find(isProgram);
  return system ?? (operator === undefined ? undefined : findTool(name, operator)?.path);
}

/**
 * A program on the operator's PATH, such as a Node below `~/.nvm`. A folder of the PATH counts only when it is
 * absolute, not in or above the project, no `node_modules/.bin`, and not writable by everyone.
 *
 * What is shown of the machine is as little as such programs usually run with: the folder the program really is in and
 * the `lib` beside it, when the folder above is one installation (`<prefix>/bin`, `<prefix>/lib`); of a home folder,
 * of `~/.local`, and of anything above them only the file itself.
 */
export function findTool(name: string, { env, root }: Operator): Tool | undefined {
  for (const folder of (env.PATH ?? '').split(':')) {
    const path = join(folder, name);
    if (!isTrusted(folder, root) || !isProgram(path)) continue;
    const real = realpathSync(path);
    if (isWithin(real, realOf(root))) continue;
    const home = realOf(env.HOME ?? '/');
    const places = [realpathSync(folder), dirname(real)];
    return { path, needs: [...new Set([real, ...places.flatMap((place) => installation(place, home))])] };
  }
  return undefined;
}

export type Program = { readonly path: string; readonly tool: Tool | undefined };

/**
 * The program of an argv: a bare name is looked up, a path is taken as it stands.
 *
 * @throws OpError `not_found` for a bare name that no program has
 */
export function programOf([name = '']: readonly string[], operator: Operator): Program {
  if (name.includes('/')) return { path: name, tool: undefined };
  const system = resolveProgram(name);
  if (system !== undefined) return { path: system, tool: undefined };
  const tool = findTool(name, operator);
  if (tool !== undefined) return { path: tool.path, tool };
  const where = 'in the system’s folders or in a trusted folder of your PATH';
  throw new OpError('not_found', `There is no program ${JSON.stringify(name)} ${where}.`);
}

/** `bin` and `lib` of one installation; nothing when the folder above holds more than that. */
function installation(bin: string, home: string): readonly string[] {
  const prefix = dirname(bin);
  if (basename(bin) !== 'bin' || isWithin(home, prefix) || prefix === join(home, '.local')) return [];
  const libs = readdirSync(prefix).filter((name) => name === 'lib' || name === 'lib64');
  return libs.length === 0 ? [] : [bin, ...libs.map((name) => join(prefix, name))];
}

function isTrusted(folder: string, root: string): boolean {
  if (!isAbsolute(folder) || /(^|\/)node_modules\/\.bin\/?$/.test(folder)) return false;
  try {
    const real = realpathSync(folder);
    const { mode } = statSync(real);
    return (mode & 0o002) === 0 && !isWithin(real, realOf(root)) && !isWithin(realOf(root), real);
  } catch {
    return false; // it is not there
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether `path` is `folder` or below it; both absolute. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../'));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * A program that itself runs outside any sandbox: found in the system's folders, and only when root owns it and nobody
 * else can write it.
 */
export function systemProgram(name: string): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => join(folder, name)).find((path) => {
    if (!isProgram(path)) return false;
    const { uid, mode } = statSync(path);
    return uid === 0 && (mode & 0o022) === 0;
  });
}
