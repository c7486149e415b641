import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { Vouched } from '../../os/vouch.ts';
import type { EvalCase, EvalSet } from './case.ts';
import type { EvalRow, Used } from './row.ts';

/**
 * An evaluation, a search or a verification that is under way: runs of cases, each in a copy of the project of its own,
 * under the same gate, with a store and a log apart from the project's. What was scored is durable before it is
 * returned, and is not run again by whoever opens the session after a crash.
 */
export type Session = {
  readonly id: string;
  /** Folder of it, absolute: below `.reyn/evals`, or `.reyn/sealed`. */
  readonly dir: string;
  /**
   * Rows of all that is asked for, in its order. Rows that are there already cost nothing. Rejects only when aborted or
   * when the disk fails: what goes wrong in a case is in its row.
   */
  evaluate(asked: readonly Measure[], options: MeasureOptions): Promise<readonly EvalRow[]>;
  /** Whether the row of this measure is there already. */
  has(measure: Measure): boolean;
  /** Rows so far, in the order in which they were scored. */
  rows(): readonly EvalRow[];
  /** Appends to the session's own log, durably. */
  record(body: ProjectEventBody): Promise<ProjectEvent>;
  /** Events of the session's own log. */
  events(): readonly ProjectEvent[];
  /** What all rows used. */
  used(): Used;
  /** Lets go of it; with an outcome it is finished, which the project log says. */
  close(outcome?: { readonly outcome: string; readonly score?: number }): Promise<void>;
};

/** One run of one case that is wanted. */
export type Measure = {
  /** A version of the skill: compiled, with its source. */
  readonly version: Opened;
  readonly case: EvalCase;
  /** Which repetition; the same number gives the same random choices where a model takes a seed. */
  readonly seed: number;
};

export type MeasureOptions = {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called for each row as it is there, `cached` when it was before. Must not throw. */
  readonly onRow?: (row: EvalRow, cached: boolean) => void;
  /** Most that one run may use; what a batch may use in all is this times its size. */
  readonly most?: { readonly tokens?: number; readonly usd?: number };
};

export type OpenSessionRequest = {
  /** Absent = a new one. */
  readonly id?: string;
  /** Whether it begins where there is none of that id; absent = no. */
  readonly begin?: boolean;
  readonly what: 'eval' | 'search' | 'verify';
  readonly skill: string;
  /** The version whose grants count, and which is recorded as what is evaluated. */
  readonly baseline: Opened;
  /** Model asked for instead of those of config. */
  readonly model: string | undefined;
  readonly cases: number;
  /** Kept with the session. */
  readonly settings: unknown;
  /** Signature of whoever begins it, for its first event. */
  readonly vouched?: Vouched;
  readonly by: string;
  /** What the cases are judged by; absent = the eval files of the skill. */
  readonly set?: EvalSet;
  /** Whether rows of earlier sessions count, where nothing that they depend on has changed; absent = no. */
  readonly reuse?: boolean;
};

export type OpenSession = (request: OpenSessionRequest) => Promise<Session>;
