/**
 * One thing `reyn lint` has to say. Loader and lint share the type: what the loader refuses is a finding of severity
 * `error` whose rule starts with `format/`.
 */
export type Finding = {
  /** Stable id, `format/unknown-key`, `graph/unreachable-phase`, … */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly skill: string;
  /** Relative to the skill's folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly fix: string;
};
