import type { Handles, Remains, WriteImages } from './op.ts';

/** What a crash left of a write to one file, told by what the file is now. */
export async function fileRemains({ path, pre, post }: WriteImages, { workspace }: Handles): Promise<Remains> {
  const now = await workspace.digestOf(path);
  if (now === post) return { left: 'all' };
  return now === pre ? { left: 'nothing' } : { left: 'other', now };
}
