import { join } from 'node:path';
import { type Disk, replaceFile } from '../disk.ts';
import { CorruptLog } from '../errors.ts';
import { sha256 } from '../json.ts';
import type { Home } from './home.ts';
import type { Layout } from './layout.ts';
import type { Blobs } from './port.ts';

/** Reads blobs and checks each against its name. */
export function blobReader(disk: Disk, layout: Layout): Pick<Blobs, 'get'> {
  return {
    get(digest) {
      const path = join(layout.blobs, digest);
      const file = layout.show(path);
      const bytes = isDigest(digest) ? disk.read(path) : undefined;
      if (bytes === undefined) throw new CorruptLog('missing_blob', `the blob ${digest} is missing`, { file });
      if (sha256(bytes) !== digest) throw new CorruptLog('bad_blob', `the blob ${digest} was changed`, { file });
      return bytes;
    },
  };
}

/** Blobs for writing. */
export type OwnBlobs = Blobs & {
  /** Whether this process put it, and so counts on its being there. */
  isOwn(sha256: string): boolean;
};

/** @param home entered before a blob is put, so that nobody removes it before it is named. */
export function openBlobs(disk: Disk, layout: Layout, home: Pick<Home, 'enter' | 'temp'>): OwnBlobs {
  const durable = new Set<string>();
  return {
    ...blobReader(disk, layout),
    put(bytes) {
      const digest = sha256(bytes);
      if (durable.has(digest)) return digest;
      home.enter();
      const path = join(layout.blobs, digest);
      // Whoever renamed it into place may not have synced the folder yet.
      if (disk.stat(path) !== undefined) disk.syncDir(layout.blobs);
      else replaceFile(disk, path, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, home.temp());
      durable.add(digest);
      return digest;
    },
    isOwn: (digest) => durable.has(digest),
  };
}

/** Whether a name is a SHA-256 in hex. */
export function isDigest(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}
