import type { EvalCase } from './case.ts';

/** Which cases are for what. */
export type Splits = {
  /** A proposer sees how these went. */
  readonly train: readonly EvalCase[];
  /** A search scores candidates on these. */
  readonly dev: readonly EvalCase[];
  /** Nothing but a verification runs these. */
  readonly holdout: readonly EvalCase[];
  /** Cluster of each case, by its id. */
  readonly clusters: ReadonlyMap<string, string>;
  /** Names the set of clusters in `holdout`; the same as before while at least half of them are. */
  readonly lineage: string;
};
