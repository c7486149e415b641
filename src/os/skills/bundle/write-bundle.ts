import { gzipSync } from 'node:zlib';
import { sortPaths } from '../source-paths.ts';
import { admit, type IncomingFiles } from './files.ts';
import { MANIFEST, manifestText } from './manifest.ts';
import { readBundle } from './read-bundle.ts';

/**
 * A skill as one file that `readBundle` takes: gzipped POSIX tar, manifest first. Equal files give equal bytes: no time,
 * no owner, sorted.
 * @throws UserError `skill` when a file could not be read back: its name, its size, a `manifest.json` of the skill's own.
 */
export async function writeBundle(name: string, files: IncomingFiles): Promise<Uint8Array> {
  const sorted = sortPaths(files.keys());
  const contents = new Map(sorted.map((file) => [file, files.get(file)?.bytes ?? new Uint8Array()]));
  const manifest = { name: MANIFEST, bytes: Buffer.from(manifestText(name, contents)), executable: false };
  const all = [manifest, ...sorted.map((file) => ({ name: file, ...(files.get(file) ?? EMPTY) }))];
  admit(all.map(({ name: file, bytes }) => ({ name: file, bytes: bytes.length })));
  const { packTar } = await import('modern-tar');
  const entries = all.map(({ name: file, bytes, executable }) => ({
    header: { name: file, size: bytes.length, mode: executable ? 0o755 : 0o644, mtime: new Date(0) },
    body: bytes,
  }));
  const bundle = gzipSync(await packTar(entries), { level: 9 });
  await readBundle(bundle);
  return bundle;
}

const EMPTY = { bytes: new Uint8Array(), executable: false };
