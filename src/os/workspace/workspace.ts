/**
 * Files as an op may see them. Paths are relative to the project root with `/`; `work:/x` is the run's own work
 * folder; `blob:<sha256>` is a value the frame named. Every path is walked by descriptors without following links, and
 * what is checked is the descriptor that is used.
 *
 * A handle is narrowed by dispatch: it opens exactly the paths that were granted and refuses every other.
 */
export type WorkspaceHandle = {
  /**
   * A text file. A file that may be written may be read too: what is replaced is planned from what is there.
   * @throws OpError `not_found`, `not_a_file`, `too_large`, `not_text`, `refused`.
   */
  readText(path: string): Promise<FileText>;
  /** Any file. @throws OpError as `readText`, less `not_text`. */
  readBytes(path: string): Promise<Uint8Array>;
  /** SHA-256 (hex) of the file, `null` when there is none. @throws OpError `not_a_file`, `too_large`, `refused`. */
  digestOf(path: string): Promise<string | null>;
  /**
   * Regular files below `path` (or `path` itself when it is one) that the handle may read, as canonical paths, in the
   * order of their names part by part. Links are not followed; `.git`, `.reyn` and `node_modules` are passed over
   * unless `path` is inside them or under `work:/`.
   * @throws OpError `not_found`, `refused`.
   */
  walk(path: string, options?: WalkOptions): AsyncIterable<string>;
  /** Replaces or creates a file atomically: temporary file, fsync, rename. @throws OpError `changed`, `refused`. */
  replace(path: string, bytes: Uint8Array, pre: string | null): Promise<void>;
  /** Removes a file that is still the pre-image. @throws OpError `changed`, `not_found`, `refused`. */
  remove(path: string, pre: string): Promise<void>;
};

export type FileText = { readonly text: string; readonly bytes: number; readonly sha256: string };

export type WalkOptions = {
  /** Whether to look into a folder; by its canonical path. Default: into all. */
  readonly enters?: (folder: string) => boolean;
  /** Hears why something was left out, each reason once. */
  readonly skipped?: (why: WalkSkip) => void;
};

/**
 * Why a walk left something out: more entries than it looks at, deeper than it goes, or a name that is not UTF-8 or
 * not allowed in a path.
 */
export type WalkSkip = 'too_many' | 'too_deep' | 'odd_name';

/** What one handle may open; asked with canonical paths (`a/b`, `work:/a`, `blob:<sha256>`). */
export type Permits = {
  readonly read: (path: string) => boolean;
  readonly write: (path: string) => boolean;
};

/** What a program may see and change of the project. */
export type ProgramViewRequest = {
  /** Globs that the skill declares. */
  readonly reads: readonly string[];
  /** Globs of what may be written: declared, and opened by rules. */
  readonly writes: readonly string[];
  readonly mayRead: (path: string) => boolean;
  readonly mayWrite: (path: string) => boolean;
  readonly signal: AbortSignal;
};

/** The project as a program sees it. What it writes is kept apart until it is taken over. */
export type ProgramView = {
  /** Places as a program sees them whose own they are; `at` = where the project's root is for it. */
  mounts(at: string): readonly ViewMount[];
  /** The same where nothing can be mounted: the folders themselves. */
  direct(at: string): readonly ViewMount[];
  /** @throws OpError `too_large` when it wrote more than is taken over. */
  changes(signal: AbortSignal): Promise<StagedChanges>;
  remove(): void;
};

/** What a program changed, and what it left that cannot be taken over, each with the reason. */
export type StagedChanges = {
  readonly changed: readonly StagedChange[];
  readonly odd: readonly { readonly path: string; readonly reason: string }[];
};

export type StagedChange = {
  readonly path: string;
  /** SHA-256 of what was there; `null` = there was nothing. */
  readonly pre: string | null;
  /** `undefined` = it is gone. */
  readonly bytes: Buffer | undefined;
};

export type ViewMount =
  | { readonly kind: 'read' | 'write'; readonly from: string; readonly at: string }
  | { readonly kind: 'hide-folder' | 'hide-file'; readonly at: string };

/** The files of one run. All handles made of it share what is not yet durable. */
export type Workspace = {
  handle(permits: Permits): WorkspaceHandle;
  /** A view for one program; to be removed when it has ended. @throws OpError `too_large`. */
  view(request: ProgramViewRequest): Promise<ProgramView>;
  /** A path as ops speak of it: see `localPath`. */
  local(path: string): string;
  /**
   * Makes every name written, removed or found written so far durable: one fsync per folder touched. Called before a
   * run suspends and before its terminal event; the content of files is durable before their rename.
   * @throws UserError `disk`.
   */
  syncDirectories(): Promise<void>;
};
