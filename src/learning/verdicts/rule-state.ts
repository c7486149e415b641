import type { RuleCase } from './pairs.ts';
import type { Interval } from './t-interval.ts';
import type { ArmRun } from './verdict.ts';

/** All that the rule knows; plain JSON. */
export type RuleState = {
  readonly settings: RuleSettings;
  readonly runs: readonly ArmRun[];
  /** Of the looks whose runs are all there, in order. */
  readonly tests: readonly LookTest[];
};

export type RuleSettings = {
  /** A label: the order of runs and the drawn flips follow from it. */
  readonly seed: string;
  readonly cases: readonly RuleCase[];
  /** Which verdict of the lineage it is, from 1. */
  readonly attempt: number;
  /** What it may spend: `alphaOf(attempt)`. */
  readonly alpha: number;
  /** Runs it may have; absent = as many as it wants. */
  readonly most?: number;
  /** Flips that are drawn where they cannot all be counted; absent = 100,000. */
  readonly draws?: number;
};

/** What one look saw. */
export type LookTest = {
  readonly clusters: number;
  readonly interval: Interval;
  readonly gain: number;
  readonly loss: number;
};
