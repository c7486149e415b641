import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkedSandbox } from './checked.ts';
import { runOnHost } from './host.ts';
import { onHost } from './mounts.ts';
import type { Mount, Sandbox } from './port.ts';
import { type Operator, programOf } from './programs.ts';

export type SeatbeltOptions = {
  /** Absolute path of `sandbox-exec`. */
  readonly file: string;
  readonly operator: Operator;
};

/**
 * The sandbox of macOS: seatbelt, by `sandbox-exec`. It refuses what the profile does not name: the network, files
 * outside the mounts, other processes. It has no namespaces: a mount shows a file where it is, not at another place,
 * and the tree is ended by its session.
 */
export function seatbelt({ file, operator }: SeatbeltOptions): Sandbox {
  return checkedSandbox('seatbelt', (request) =>
    runOnHost(request, operator, (inside, own) => {
      const needs = programOf(request.argv, operator).tool?.needs ?? [];
      return [file, '-p', seatbeltProfile(placesOf(request.mounts), needs, own), ...inside];
    }),
  );
}

/** A place of the machine and what the program may do there; later ones override earlier ones. */
export type Place = { readonly path: string; readonly may: 'read' | 'write' | 'nothing' };

function placesOf(mounts: readonly Mount[]): readonly Place[] {
  return mounts.flatMap((mount, i): Place[] => {
    if (mount.kind === 'read' || mount.kind === 'write') return [{ path: real(mount.from), may: mount.kind }];
    if (mount.kind === 'scratch') return [];
    const path = onHost(mount.at, mounts.slice(0, i));
    return path === undefined ? [] : [{ path: real(path), may: 'nothing' }];
  });
}

/** Seatbelt knows files by where they really are: `/private/tmp`, not `/tmp`. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What every program of macOS reads to start: libraries, the shared cache, time zones, devices without content. */
const SYSTEM = `(allow file-read*
  (literal "/")
  (subpath "/bin") (subpath "/sbin") (subpath "/usr")
  (subpath "/System") (subpath "/Library/Apple") (subpath "/Library/Developer/CommandLineTools")
  (subpath "/opt/homebrew/bin") (subpath "/opt/homebrew/lib") (subpath "/opt/homebrew/Cellar")
  (subpath "/private/var/db/timezone") (subpath "/private/var/db/dyld") (subpath "/private/var/select")
  (literal "/private/etc/localtime") (literal "/private/etc/passwd") (literal "/private/etc/group")
  (subpath "/private/etc/ssl") (literal "/dev/random") (literal "/dev/urandom") (literal "/dev/zero"))
(deny file-read* (subpath "/usr/local/etc") (subpath "/usr/local/var"))
(allow file-read* file-write-data (literal "/dev/null") (subpath "/dev/fd"))
(allow file-read-metadata (literal "/etc") (literal "/tmp") (literal "/var") (literal "/private") (literal "/private/etc"))`;

const BASE = `(version 1)
(deny default)
(allow process-fork)
(allow process-exec)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))`;

/**
 * The profile, in the language `sandbox-exec -p` reads (SBPL: the last rule that fits decides).
 *
 * @param places what the mounts allow, in their order
 * @param tool files and folders of the program itself
 * @param own the folder with home and temporary files
 */
export function seatbeltProfile(places: readonly Place[], tool: readonly string[], own: string): string {
  const rules = [
    ...tool.map((path) => `(allow file-read* (subpath ${quoted(path)}))`),
    `(allow file-read* file-write* (subpath ${quoted(own)}))`,
    ...places.flatMap(({ path, may }) => RULES[may].map((rule) => `(${rule} (subpath ${quoted(path)}))`)),
    ...ancestors([...tool, own, ...places.map(({ path }) => path)]).map(
      (path) => `(allow file-read-metadata (literal ${quoted(path)}))`,
    ),
    // a rename of a folder above would carry what is in it to a place no rule names
    ...ancestors(places.filter(({ may }) => may !== 'write').map(({ path }) => path)).map(
      (path) => `(deny file-write-unlink (literal ${quoted(path)}))`,
    ),
    // a file that is left behind gives nobody the operator's id
    '(deny file-write-setugid)',
  ];
  return `${[BASE, SYSTEM, ...rules].join('\n')}\n`;
}

const RULES: Readonly<Record<Place['may'], readonly string[]>> = {
  read: ['allow file-read*', 'deny file-write*'],
  write: ['allow file-read* file-write*'],
  nothing: ['deny file*'],
};

/** Folders above, which a program looks at to find out where it is. */
function ancestors(paths: readonly string[]): readonly string[] {
  const above = (path: string): readonly string[] => (path === '/' ? [] : [...above(dirname(path)), path]);
  return [...new Set(paths.flatMap((path) => above(dirname(path))))];
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
