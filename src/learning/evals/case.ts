import type { Json, JsonObject } from '../../os/json.ts';

/** One case of a skill's eval files. */
export type EvalCase = {
  /** Unique among the cases of the skill. */
  readonly id: string;
  /** What the run is given: text, or an artifact. */
  readonly input: Json;
  /** What should come out, for scorers that compare. */
  readonly expected?: Json;
  readonly checks: readonly Check[];
  readonly tags: readonly string[];
  /** Cases of one cluster are kept in one split; absent = found from their likeness. */
  readonly cluster?: string;
  /** Whether a miss of it outweighs any gain elsewhere. */
  readonly mustPass: boolean;
  readonly weight: number;
  readonly where: { readonly file: string; readonly line: number };
};

export const SCORERS = [
  'exact',
  'contains',
  'regex',
  'json_path',
  'json_schema',
  'numeric',
  'set_f1',
  'command',
  'js',
  'judge',
] as const;
export type ScorerKind = (typeof SCORERS)[number];

/** One thing that is checked of a case. */
export type Check = {
  /** Unique in its case. */
  readonly id: string;
  readonly scorer: ScorerKind;
  /** What is looked at: the result, or what a phase left last. */
  readonly of: { readonly at: 'final' } | { readonly at: 'phase'; readonly phase: string };
  /** A required one that is missed makes the score of the case 0. */
  readonly required: boolean;
  /** As a person says it; told to a proposer when it is missed. */
  readonly text: string;
  /** Arguments of the scorer. */
  readonly args: JsonObject;
  /** From this score on it holds; absent = what the scorer itself goes by. */
  readonly pass?: number;
};

/** All cases of a skill, and what they are judged by. */
export type EvalSet = {
  readonly skill: string;
  readonly cases: readonly EvalCase[];
  /** From this mean score on the skill counts as good enough. */
  readonly acceptanceThreshold: number;
  /** Proposals of one search; absent = the improver's own. */
  readonly maxIterations?: number;
  /** SHA-256 (hex) over all eval files. */
  readonly digest: string;
  /** SHA-256 (hex) over checks and scorer code, cases' inputs left out. */
  readonly scorers: string;
  /** SHA-256 (hex) over scorer code and what else lies beside the cases: with its own checks all that scores a case. */
  readonly code?: string;
  /** Folder of what checks may use besides: `evals` of the skill, absolute. */
  readonly dir?: string;
  /** Sources of the `.js` files of `evals/`, by their path in it: checks call functions of these. */
  readonly modules?: Readonly<Record<string, string>>;
};
