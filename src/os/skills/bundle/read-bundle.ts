import { gunzipSync } from 'node:zlib';
import type { TarHeader } from 'modern-tar';
import { MAX_FILES, MAX_SKILL_BYTES } from '../read-source.ts';
import { admit, type IncomingFile, type IncomingFiles, refused } from './files.ts';
import { checkFiles, MANIFEST, readManifest } from './manifest.ts';
import { checkPlain } from './plain-tar.ts';

/** Bytes of a whole archive, unpacked: the files, and for each entry a header and what it is filled up with. */
const MAX_TAR = MAX_SKILL_BYTES + MAX_FILES * 2 * 1024;

/** Bytes of an archive as it lies on disk. */
export const MAX_BUNDLE = MAX_TAR;

export type Bundle = { readonly name: string; readonly files: IncomingFiles };

/**
 * Reads a bundle, as tar or gzipped tar, in memory: a plain archive of files that are all, as they are, in its manifest.
 * Nothing is written anywhere, and unpacking stops where the largest bundle would end.
 * @throws UserError `skill` with what is wrong.
 */
export async function readBundle(bytes: Uint8Array): Promise<Bundle> {
  const tar = unzipped(bytes);
  checkPlain(tar);
  const entries = await entriesOf(tar);
  const folders = entries.filter(({ header }) => header.type === 'directory');
  const files = entries.filter(({ header }) => header.type === 'file');
  admit(files.map(({ header: { name, size } }) => ({ name, bytes: size })));
  // folders are made for the files in them; their own entries need only be true
  const inside = new Set(files.flatMap(({ header: { name } }) => foldersOf(name)));
  for (const { header } of folders) {
    if (!inside.has(header.name.replace(/\/$/, ''))) throw refused('The archive holds a folder without a file.');
  }
  const found = new Map(files.map(({ header, data }): [string, IncomingFile] => [header.name, fileOf(header, data)]));
  const manifest = found.get(MANIFEST);
  if (manifest === undefined) throw refused(`The archive is no bundle: it has no ${MANIFEST}.`);
  found.delete(MANIFEST);
  const { name, files: listed } = readManifest(manifest.bytes);
  checkFiles({ name, files: listed }, new Map([...found].map(([file, { bytes: content }]) => [file, content])));
  return { name, files: found };
}

function fileOf({ mode = 0 }: TarHeader, bytes: Uint8Array): IncomingFile {
  return { bytes, executable: (mode & 0o100) !== 0 };
}

function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

async function entriesOf(tar: Uint8Array): Promise<{ header: TarHeader; data: Uint8Array }[]> {
  const { unpackTar } = await import('modern-tar');
  try {
    const entries = await unpackTar(tar, { strict: true });
    return entries.map(({ header, data }) => ({ header, data: data ?? new Uint8Array() }));
  } catch (error) {
    throw refused(`The archive cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function unzipped(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    if (bytes.length > MAX_TAR) throw tooLarge();
    return bytes;
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_TAR });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw refused('The archive is gzipped, and damaged.');
  }
}

function tooLarge(): Error {
  return refused(`The archive is larger than ${MAX_SKILL_BYTES / 1024 / 1024} MB unpacked.`);
}
