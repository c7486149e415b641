import type { ProjectEvent, ProjectEventBody, RunEvent, RunEventBody } from './event.ts';

/** Content-addressed values, `.reyn/blobs/<sha256>`. A blob is durable before `put` returns. */
export type Blobs = {
  /** Stores bytes and returns their SHA-256 in hex. Storing the same bytes again costs nothing. */
  put(bytes: string | Uint8Array): string;
  /** @throws CorruptLog when absent or when the bytes do not have that digest. */
  get(sha256: string): Buffer;
};

/** One run's log, open for appending by the process that owns the run. */
export type RunLog = {
  readonly run: string;
  readonly epoch: number;
  /** The last event appended. */
  readonly head: { readonly seq: number; readonly hash: string };
  /**
   * Validates, chains and buffers an event, and returns it as written (members over 8 KB lie in blobs that are durable
   * by then; the returned event holds them whole). Not yet on disk: see `write` and `flush`.
   * @throws Bug for an event that is unknown, invalid, or follows a terminal one or, once written, one that gives the
   * run up (`run_suspended`, `run_interrupted`); UserError `disk` after a failed flush, and when the disk is full for
   * any event but those.
   */
  append(body: RunEventBody): RunEvent;
  /** Hands buffered lines to the operating system: they survive this process, not a power cut. */
  write(): void;
  /** Makes everything appended so far durable: one write and one fdatasync, shared by all who wait. */
  flush(): Promise<void>;
  /** Flushes, closes, and after a terminal event records `run_closed` in the project log. */
  close(): Promise<void>;
};

/** Who owns a run: the process named by its newest epoch. */
export type Ownership = { readonly id: string; readonly pid: number; readonly alive: boolean };

/** By what a run is removed: a sentence of the rule, and who applied it. */
export type Removal = { readonly rule: string; readonly by: string };

/** Blobs that nothing named, and their bytes. */
export type Swept = {
  readonly blobs: number;
  readonly bytes: number;
  /** Why they are still there; absent when they are gone. */
  readonly left?: string;
};

/** Everything under `.reyn/` that is a fact. */
export type Store = {
  /** The project root, absolute. */
  readonly root: string;
  readonly blobs: Blobs;
  /** This process, as it signs itself in events. */
  readonly owner: { readonly id: string; readonly pid: number };
  /**
   * Creates the run's folder, makes its first event durable, then records `run_opened`. The run is not there before
   * `intended` has resolved, nor at all when it rejects.
   */
  createRun(run: string, first: RunEventBody, intended?: Promise<void>): Promise<{ log: RunLog; event: RunEvent }>;
  /**
   * Takes over a run that no living process owns, or that its owner gave up: verifies its chain, cuts a torn tail aside, appends `run_resumed`
   * in a new epoch, durably, under the project's lock. For a run that has ended, `log` is closed and nothing is
   * appended, except a missing `run_closed`.
   * @throws UserError `busy` when its owner lives, `not_found`; CorruptLog.
   */
  takeRun(run: string, why: 'resume' | 'answer' | 'parent'): Promise<{ log: RunLog; events: readonly RunEvent[] }>;
  /** Events of a run, chain verified; a torn tail is left out. @throws UserError `not_found`; CorruptLog. */
  readRun(run: string): readonly RunEvent[];
  /** The first event of a run, without reading the rest. @throws as `readRun`. */
  readFirst(run: string): RunEvent;
  hasRun(run: string): boolean;
  runIds(): readonly string[];
  /** How many runs this process has open for appending: with more than one, flushes overlap. */
  openRuns(): number;
  ownership(run: string): Ownership | undefined;
  /**
   * Records durably that a run is removed, then removes its log and work folder; blobs stay. One that is recorded as
   * removed and is still there is removed without another record.
   * @throws UserError `refused` for one that has not ended, or through a link; `not_found`; CorruptLog.
   */
  removeRun(run: string, removal: Removal): Promise<void>;
  /** Removes blobs that no log names, unless somebody may be about to. @throws UserError `refused`, `busy`, `disk`. */
  sweepBlobs(): Promise<Swept>;
  /** A fresh path, absolute, for a folder of this process alone: what a crash leaves of it the next process removes. */
  temp(): string;
  appendProject(body: ProjectEventBody): Promise<ProjectEvent>;
  readProject(): readonly ProjectEvent[];
  /**
   * Events of the project log whose type begins with `prefix`, e.g. `grant_`: quick in a log of any length.
   * @throws CorruptLog when a line of one does not hold.
   */
  facts(prefix: string): readonly ProjectEvent[];
  close(): Promise<void>;
};
