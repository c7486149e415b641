import type { Json, JsonObject } from '../json.ts';

/** What a write changes: its subject before and after. Digests are SHA-256 in hex; `null` = there is nothing. */
export type WriteImages = {
  /** A path, or `index:<source>/<key>`. */
  readonly path: string;
  readonly pre: string | null;
  readonly post: string | null;
};

/** What a crash left of a write: all of it, nothing, or something that was neither there before nor to be written. */
export type Remains =
  | { readonly left: 'all' }
  | { readonly left: 'nothing' }
  | { readonly left: 'other'; readonly now: string | null };

/** A write that is about to happen. */
export type WritePlan = WriteImages & {
  /**
   * Performs the write, atomically.
   * @throws OpError `changed` when the file is no longer the pre-image.
   */
  commit(): Promise<void>;
  /** What the model gets back beyond that it was done; absent when that says it all. */
  readonly result?: Json;
  /** The text that will be there, for a person who is asked; absent where there will be none or it is no text. */
  readonly after?: string;
  /** What a person who is asked sees instead of a diff of one text; `diff` among it is shown as one. */
  readonly shown?: JsonObject;
};
