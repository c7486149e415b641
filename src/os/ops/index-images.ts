import { canonicalJson, sha256 } from '../json.ts';
import type { Handles, Remains, WriteImages } from './op.ts';

/** Images of documents in a source: of one its text's digest, of several one digest over all. */
export function indexImages(
  source: string,
  keys: readonly string[] | undefined,
  pre: ReadonlyMap<string, { readonly sha256: string }>,
  post: ReadonlyMap<string, { readonly sha256: string }>,
): WriteImages {
  const [only] = keys ?? [];
  const isOne = keys?.length === 1 && only !== undefined;
  const image = (documents: ReadonlyMap<string, { readonly sha256: string }>) => {
    if (documents.size === 0) return null;
    if (isOne) return documents.get(only)?.sha256 ?? null;
    return sha256(canonicalJson([...documents].map(([key, { sha256: digest }]) => [key, digest])));
  };
  return { path: isOne ? `index:${source}/${only}` : `index:${source}`, pre: image(pre), post: image(post) };
}

/** What a crash left of a change to a source: its event names the step, so it is there whole or not at all. */
export async function indexRemains(_: WriteImages, { index }: Handles): Promise<Remains> {
  return { left: index.hasRecorded() ? 'all' : 'nothing' };
}
