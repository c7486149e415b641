/**
 * Runs one program where it can do nothing but what it was given: no network, no file but the mounts, no variable but
 * those of `env`, and nothing of it left once `run` has returned.
 */
export type Sandbox = {
  /** What isolates; stands in every event of an exec. `none` = nothing does, as the user's own config says. */
  readonly backend: 'bubblewrap' | 'seatbelt' | 'none';
  /** Never rejects for what the program does; rejects with OpError `sandbox` when it could not be started at all. */
  run(request: SandboxRequest): Promise<SandboxEnd>;
};

/** Why there is no sandbox on this machine, and what a person can do about it. */
export type NoSandbox = { readonly backend: undefined; readonly reason: string; readonly hint: string };

export type SandboxRequest = {
  /** Program and arguments; no shell is involved. A bare name is looked up in the system's own folders only. */
  readonly argv: readonly string[];
  /** Folder the program starts in, absolute, as the program sees it. */
  readonly cwd: string;
  /** What the program sees besides the system's folders; later ones cover earlier ones. */
  readonly mounts: readonly Mount[];
  /** The whole environment besides PATH, HOME, LANG, TMPDIR, which the sandbox sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Given on standard input; absent = it is closed. */
  readonly stdin?: string | Uint8Array;
  readonly limits: SandboxLimits;
  /** Aborting kills the whole tree. */
  readonly signal: AbortSignal;
};

export type Mount =
  /** A file or folder of the host, at `at` inside. */
  | { readonly kind: 'read' | 'write'; readonly from: string; readonly at: string }
  | Hide
  /** An empty folder of its own, in memory, writable. */
  | { readonly kind: 'scratch'; readonly at: string };

/**
 * What is there is covered by an empty folder, or an empty file, that cannot be written. What is not there cannot be
 * made, and is not there afterwards. A link cannot be hidden.
 */
export type Hide = { readonly kind: 'hide-folder' | 'hide-file'; readonly at: string };

export type SandboxLimits = {
  /** Wall-clock milliseconds. */
  readonly wallMs: number;
  /** Seconds of processor time of one process. */
  readonly cpuSeconds: number;
  /**
   * Bytes of address space of one process; where control groups can be had, also of memory of all of them together.
   * Node 24 needs about 1.5 GB of address space to start.
   */
  readonly memoryBytes: number;
  /** Bytes of standard output, and of standard error, that are kept; more of either kills the tree. */
  readonly outputBytes: number;
  /** Bytes of one file the program may write. */
  readonly fileBytes: number;
  /** How many processes and threads it may be at once; root is bounded only where control groups can be had. */
  readonly processes: number;
};

export type SandboxEnd = {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Wall-clock milliseconds. */
  readonly ms: number;
} & (
  | { readonly status: 'exited'; readonly code: number }
  /** Killed by the kernel or itself, e.g. `SIGSEGV`, `SIGXCPU`; shells say so by an exit code of 128 + n. */
  | { readonly status: 'signalled'; readonly signal: string }
  /** Stopped here. */
  | { readonly status: 'stopped'; readonly why: 'time' | 'output' | 'aborted' }
);
