/** When one version of a skill may replace another. */
export type VerdictKind = 'PASS' | 'FAIL' | 'INDETERMINATE';

/** Why, as one word: what people, exit codes and tests go by. */
export type VerdictCode =
  | 'gain'
  | 'hard'
  | 'regression'
  | 'harm'
  | 'futile'
  | 'undecided'
  | 'cost'
  | 'guard'
  | 'infra'
  | 'infeasible'
  | 'quarantined';

export type Verdict = {
  readonly verdict: VerdictKind;
  readonly code: VerdictCode;
  /** A sentence for a person. */
  readonly reason: string;
  /** Mean paired gain per cluster with its 95 % interval; absent where nothing was run. */
  readonly gain?: { readonly mean: number; readonly low: number; readonly high: number };
  readonly p?: number;
  readonly alpha: { readonly spent: number; readonly attempt: number; readonly looks: readonly number[] };
  /** Share of cases passed at every repeat (`all`) and of single runs passed (`one`), by arm. */
  readonly pass?: { readonly a: PassRates; readonly b: PassRates };
  /** Numbers of cases; which ones a person alone may see. */
  readonly counts?: {
    readonly fixed: number;
    readonly broken: number;
    readonly flaky: number;
    readonly clusters: number;
  };
  /** How much more the candidate took, as a share of what it replaces took: .1 = a tenth more; 0 where that is nothing. */
  readonly cost?: { readonly usd: number; readonly tokens: number; readonly ms: number };
  readonly runs: number;
  readonly looks: number;
};

export type PassRates = { readonly one: number; readonly all: number; readonly k: number };

/** One run of one arm, as the rule sees it. */
export type ArmRun = {
  readonly case: string;
  readonly arm: 'a' | 'b';
  readonly repeat: number;
  /** 0 to 1; 0 where there is no result. */
  readonly score: number;
  /** Whether it counts as passed; absent = when the score is at least .5. */
  readonly pass?: boolean;
  /** Other measures that must not get worse, 0 to 1 (1 is good), by name. */
  readonly guards?: Readonly<Record<string, number>>;
  /** Kind of failure that is nobody's fault; such a run is not counted. */
  readonly infra: boolean;
  readonly tokens: number;
  readonly usd: number;
  readonly ms: number;
};

/** A run that the rule wants next; in the order in which they are to begin. */
export type WantedRun = Pick<ArmRun, 'case' | 'arm' | 'repeat'>;

/** Share of verifications that PASS when the true gain is `gain`, at the first and second attempt; `runs` at the first, on average. */
export type PowerRow = {
  readonly gain: number;
  readonly first: number;
  readonly second: number;
  readonly runs: number;
};
