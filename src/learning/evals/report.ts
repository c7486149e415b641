import type { EvalRow, Used } from './row.ts';

/** One evaluation of one version of a skill, as people and programs are told of it. */
export type EvalReport = {
  /** Id of its session. */
  readonly id: string;
  readonly skill: string;
  readonly skill_version_hash: string;
  /** Number of the version, where it is one that is kept. */
  readonly version?: number;
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly model: string;
  readonly repeats: number;
  /** Digests of the eval files and of what they judge by. */
  readonly set: { readonly digest: string; readonly scorers: string };
  readonly threshold: number;
  /** Weighted mean of the scores of cases, 0 to 1; a case's score is the mean over its repeats, 0 where one is missing. */
  readonly score: number;
  readonly cases: readonly CaseReport[];
  readonly usage: Used;
  /** Milliseconds by the clock. */
  readonly ms: number;
  /** Rows that were there already and cost nothing. */
  readonly cached: number;
  /** Cases that were left out because nothing but a verification may run them. */
  readonly sealed?: number;
  /** Rows that failed for nobody's fault: the provider, the disk, the machine. */
  readonly infra?: number;
};

/** A report without its cases, for lists. */
export type EvalSummary = Omit<EvalReport, 'cases'> & {
  /** How many cases it has. */
  readonly cases: number;
};

export type CaseReport = {
  readonly id: string;
  readonly tags: readonly string[];
  readonly mustPass: boolean;
  readonly weight: number;
  readonly score: number;
  /** Repeats that passed, of all. */
  readonly passed: number;
  readonly rows: readonly EvalRow[];
};
