import type { Json } from '../../os/json.ts';

/** How one run of a case ended. Whatever is not `scored` has the score 0, but for `infra`, which is told apart first. */
export type CaseStatus = 'scored' | 'failed' | 'crashed' | 'timeout' | 'denied' | 'missing' | 'infra';

export type CheckScore = {
  readonly id: string;
  /** 0 to 1. */
  readonly score: number;
  readonly required: boolean;
  /** Why it is not 1, for a person and a proposer. */
  readonly why?: string;
  /** Present when the score is less than what the check asks for. */
  readonly missed?: true;
  /** Of one that is asked several times: the highest score less the lowest. */
  readonly spread?: number;
};

export type Used = {
  readonly input: number;
  readonly output: number;
  readonly usd: number;
  readonly ms: number;
  readonly turns: number;
};

/** One run of one case by one version of a skill, scored. Never computed twice for the same key. */
export type EvalRow = {
  /** Digest of closure, case, scorers, model with parameters, and seed. */
  readonly key: string;
  readonly case: string;
  /** The version, the skills it reaches and the contract of the OS. */
  readonly closure: string;
  readonly skill_version_hash: string;
  /** Which repetition it is. */
  readonly seed: number;
  readonly model: string;
  /** 0 to 1: 0 when a required check is missed, else the mean of all checks. */
  readonly score: number;
  /** Whether every required check holds. */
  readonly pass: boolean;
  readonly status: CaseStatus;
  readonly checks: readonly CheckScore[];
  /** Id of the run in the evaluation's own store. */
  readonly run?: string;
  /** Hash of the last event of the run. */
  readonly head?: string;
  readonly error?: string;
  readonly usage: Used;
  /** What a proposer may see of it: input, result, missed checks, path through the graph. Train cases only. */
  readonly feedback?: Json;
  /** The session in which it was run, where it was taken over from another; it used nothing here. */
  readonly from?: string;
};
