import type { TObject } from 'typebox';
import type { Json, JsonObject } from '../../../os/json.ts';
import type { ModelRequest } from '../../../os/ops/op.ts';
import type { NoSandbox, Sandbox, SandboxLimits } from '../../../os/sandbox/port.ts';
import type { JsEngine } from '../../../os/steps/js/port.ts';
import type { ScorerKind } from '../case.ts';
import type { Used } from '../row.ts';

/**
 * A way to score what a run came to.
 *
 *  - S1 The score is a finite number from 0 to 1. What cannot be scored is 0, and says why.
 *  - S2 It sees the case and what came out, never which version of the skill was run, nor in which run.
 */
export type Scorer = {
  readonly kind: ScorerKind;
  /** What it scores, in a sentence or two. */
  readonly summary: string;
  /** Arguments, besides what every check has. */
  readonly args: TObject;
  /** An example of a check, as it is written in YAML. */
  readonly example: string;
  /** The arguments that a value which is no mapping stands for; absent = it takes none. */
  readonly short?: (value: Json) => JsonObject | undefined;
  /** From this score on a check holds that does not say so itself. */
  readonly passAt: number;
  /** Whether a model is asked: that costs, so it comes after everything else. */
  readonly asks: boolean;
  /** What is wrong with arguments that fit the schema: a clause without a full stop. */
  flaw?(args: JsonObject, known: Known): string | undefined;
  /** May throw: that is a score of 0. */
  score(args: JsonObject, seen: Seen, tools: ScoreTools): Scored | Promise<Scored>;
};

/** What is known of a case when its checks are read. */
export type Known = {
  readonly expected?: Json;
  /** Paths of the `.js` files of `evals/`. */
  readonly modules: readonly string[];
};

/** What a scorer sees. */
export type Seen = {
  /** What is looked at: the result, or what a phase left. */
  readonly value: Json;
  readonly input: Json;
  readonly expected?: Json;
  readonly result: Json;
  /** The check, as a person says it. */
  readonly text: string;
  /** Folder of the case's copy of the project. */
  readonly dir?: string;
  /** Tells apart what is asked; the same for every version of the skill. */
  readonly seed: string;
};

export type Scored = {
  /** 0 to 1. */
  readonly score: number;
  readonly why?: string;
  readonly spread?: number;
  /** What asking a model used. */
  readonly usage?: Charge;
};

export type Charge = Pick<Used, 'input' | 'output' | 'usd'>;

/** What scorers need of the world. */
export type ScoreTools = {
  /** Opened when a program is first to run. */
  readonly sandbox: () => Sandbox | NoSandbox;
  readonly limits: SandboxLimits;
  readonly js: Pick<JsEngine, 'run'>;
  readonly ask: AskJudge;
  /** `modules` of the set. */
  readonly modules: Readonly<Record<string, string>>;
  /** `dir` of the set: what programs of checks find. */
  readonly evals?: string;
  readonly signal: AbortSignal;
};

/**
 * Asks a model once. Rejects when it does not answer, or not in the form of `schema`.
 * @returns the artifact it answered with.
 */
export type AskJudge = (
  request: ModelRequest,
  how: {
    /** Class of the model. */
    readonly modelClass: string;
    /** Which time it is asked, from 0; not to be answered from what was kept of another time. */
    readonly repeat: number;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly answer: Json; readonly usage?: Charge }>;
