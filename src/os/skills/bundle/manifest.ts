import { isObject, sha256 } from '../../json.ts';
import { refused } from './files.ts';

/** The file of a bundle that lists all others. */
export const MANIFEST = 'manifest.json';

const FORMAT = 'reyn-bundle/1';

/** What a bundle says of itself: the skill's name, and the SHA-256 of each of its files by path. */
export type Manifest = { readonly name: string; readonly files: Readonly<Record<string, string>> };

export function manifestText(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const hashes = Object.fromEntries([...files].map(([file, bytes]) => [file, sha256(bytes)]));
  return `${JSON.stringify({ format: FORMAT, name, files: hashes }, null, 2)}\n`;
}

/** @throws UserError `skill`. */
export function readManifest(bytes: Uint8Array): Manifest {
  const value = parse(bytes);
  if (!isObject(value) || value.format !== FORMAT) throw refused(`${MANIFEST} is not of the format ${FORMAT}.`);
  const { format: _, name, files, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(`${MANIFEST} has an unknown key.`);
  if (typeof name !== 'string' || !isObject(files) || !Object.values(files).every(isHash)) {
    throw refused(`${MANIFEST} does not say "name", and "files" with the SHA-256 of each.`);
  }
  return { name, files: files as Record<string, string> };
}

/**
 * Holds the files against the manifest: each listed one is there as listed, and none besides.
 * @throws UserError `skill`.
 */
export function checkFiles({ files }: Manifest, found: ReadonlyMap<string, Uint8Array>): void {
  const listed = new Map(Object.entries(files));
  for (const name of listed.keys()) {
    if (!found.has(name)) throw refused(`${MANIFEST} lists a file that is not there: ${JSON.stringify(name)}.`);
  }
  for (const [name, bytes] of found) {
    if (!listed.has(name)) throw refused(`The file "${name}" is not listed in ${MANIFEST}.`);
    if (listed.get(name) !== sha256(bytes)) throw refused(`The file "${name}" is not the one ${MANIFEST} lists.`);
  }
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refused(`${MANIFEST} is no JSON.`);
  }
}
