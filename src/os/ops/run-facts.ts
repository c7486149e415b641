/** What is known of one run, as an op gives it to a skill: counts and causes, no artifacts. */
export type RunFacts = {
  readonly run: string;
  readonly skill: string;
  readonly status: string;
  /** ISO 8601. */
  readonly started: string;
  readonly ended?: string;
  /** The run that started it. */
  readonly parent?: string;
  /** Fingerprint of the skill. */
  readonly version: string;
  readonly turns: number;
  readonly ops: number;
  readonly tokens: number;
  readonly usd: number;
  /** Running time in milliseconds. */
  readonly ms: number;
  /** Why it failed or was aborted. */
  readonly reason?: { readonly code: string; readonly message: string };
  /** Visits in their order. */
  readonly phases: readonly {
    readonly phase: string;
    readonly turns: number;
    /** Turns that broke the contract. */
    readonly rejected: number;
    readonly ms: number;
  }[];
  readonly denied: readonly OpFact[];
  /** Ops that were allowed and did not work. */
  readonly failed: readonly OpFact[];
};

export type OpFact = { readonly op: string; readonly about: string };

export type RunFilter = {
  readonly skill?: string;
  readonly status?: string;
  /** ISO 8601: begun not before. */
  readonly since?: string;
  readonly limit: number;
};

/** The newest runs first; `more` counts those the limit left out. */
export type RunList = { readonly runs: readonly RunFacts[]; readonly more: number };

/** Looks runs up. `except` is left out: a run that asks is not over. */
export type ListRuns = (filter: RunFilter, except: string) => RunList;
