import { type Json, sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { canonicalPath } from '../workspace/location.ts';
import type { WorkspaceHandle } from '../workspace/workspace.ts';
import type { WritePlan } from './op.ts';

/** Largest file an op writes, in bytes: what can be written can be read again. */
const MAX_WRITE = 10_000_000;

/**
 * The plan to make `text` the content of a file whose digest is `pre`. @throws OpError `too_large`; `not_text` for a text that no UTF-8 file can hold (half a character).
 */
export function planText(
  write: { readonly path: string; readonly pre: string | null; readonly text: string; readonly result?: Json },
  workspace: WorkspaceHandle,
): WritePlan {
  const path = canonicalPath(write.path);
  if (!write.text.isWellFormed() || write.text.includes('\0')) {
    throw new OpError(
      'not_text',
      `The content for "${path}" holds half a character or a NUL and cannot be a text file.`,
    );
  }
  const bytes = Buffer.from(write.text, 'utf8');
  if (bytes.length > MAX_WRITE) {
    throw new OpError('too_large', `The content for "${path}" is larger than ${MAX_WRITE / 1_000_000} MB.`);
  }
  const post = sha256(bytes);
  return {
    path,
    pre: write.pre,
    post,
    after: write.text,
    // the same bytes again are not written: the file keeps its time stamp, and no flush is paid for
    commit: async () => (post === write.pre ? undefined : workspace.replace(path, bytes, write.pre)),
    ...(write.result === undefined ? {} : { result: write.result }),
  };
}
