/**
 * Files as an op may see them. Paths are relative to the project root with `/`; `work:/x` is the run's own work
 * folder; `blob:<sha256>` is a value the frame named. Every path is walked by descriptors without following links, and
 * what is checked is the descriptor that is used.
 *
 * A handle is narrowed by dispatch: it opens exactly the paths that were granted and refuses every other.
 */
export type WorkspaceHandle = {
  /** @throws OpError `not_found`, `not_a_file`, `too_large`, `not_text`, `refused`. */
  readText(path: string): Promise<FileText>;
  /** SHA-256 (hex) of the file, `null` when there is none. */
  digestOf(path: string): Promise<string | null>;
  /** Regular files below `path` the handle may read, sorted, relative to the root their path is under. */
  walk(path: string): AsyncIterable<string>;
  /** Replaces or creates a file atomically: temporary file, fsync, rename. @throws OpError `changed`, `refused`. */
  replace(path: string, bytes: Uint8Array, pre: string | null): Promise<void>;
  /** @throws OpError `changed`, `not_found`, `refused`. */
  remove(path: string, pre: string): Promise<void>;
};

export type FileText = { readonly text: string; readonly bytes: number; readonly sha256: string };
