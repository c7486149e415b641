import { isObject } from '../../os/json.ts';

/** Blobs by SHA-256; `undefined` for what is none. */
export type FindBlob = (sha256: string) => Buffer | undefined;

/** A blob over this size is carried, but not searched for further names. */
const MAX_SEARCHED = 16 * 1024 * 1024;

/**
 * Every blob that a value names, also by way of other blobs, by its SHA-256. As everywhere in a store a blob is named
 * where its 64 hexadecimal digits stand, whatever the member is called.
 */
export function namedBlobs(value: unknown, find: FindBlob): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  const queue = [...digestsIn(value)];
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    if (found.has(digest)) continue;
    const bytes = find(digest);
    if (bytes === undefined) continue;
    found.set(digest, bytes);
    if (bytes.length <= MAX_SEARCHED) queue.push(...(bytes.toString('latin1').match(/[0-9a-f]{64}/g) ?? []));
  }
  return found;
}

function digestsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.match(/[0-9a-f]{64}/g) ?? [];
  if (Array.isArray(value)) return value.flatMap(digestsIn);
  return isObject(value) ? Object.values(value).flatMap(digestsIn) : [];
}
