import type { Json } from '../json.ts';
import type { JsonSchema } from '../schema.ts';

/** One part of what the model sees. Stable parts come first so that a provider's prompt cache hits. */
export type Section = { readonly name: string; readonly text: string };

/** An edge the model may choose now. */
export type Candidate = {
  /** Tool name: `to_<phase>`, `to_<phase>__<type>` (union), `finish` or `abort`. */
  readonly id: string;
  /** Name of the phase it leads to; absent for `finish` and `abort`. */
  readonly to?: string;
  readonly kind: 'transition' | 'finish' | 'abort';
  /** Artifact type expected; absent for `abort`. */
  readonly type?: string;
  /** Schema of what the model writes: the artifact's, less what `carry` fills. Absent for `abort`. */
  readonly schema?: JsonSchema;
  readonly description?: string;
};

/** An op the model may request now. */
export type OpOffer = { readonly kind: string; readonly summary: string; readonly input: JsonSchema };

/**
 * Everything a model sees at one turn, the same for every provider, and nothing else: no clock, id, absolute path or
 * run name, so that equal situations give equal frames.
 */
export type Frame = {
  readonly phase: string;
  /** How often this phase was entered, this visit included. */
  readonly visit: number;
  /** Turn within the visit, from 1; a repeated attempt at a rejected turn has the same number. */
  readonly turn: number;
  /** 1, and one more for each rejected attempt at this turn. */
  readonly attempt: number;
  readonly modelClass: string;
  readonly system: readonly Section[];
  readonly user: readonly Section[];
  readonly candidates: readonly Candidate[];
  readonly ops: readonly OpOffer[];
  /** The phase's input artifact, for `scripted` rules to match on. */
  readonly input: { readonly type: string; readonly artifact: Json };
  /** Results of the ops of this visit in order, `null` for one without, for `scripted` rules to match on. */
  readonly results: readonly Json[];
  /** Digest over all sections, candidates and ops. */
  readonly request: string;
};

/** Tokens of one call, as the provider counted them; 0 where it said nothing. */
export type Usage = {
  readonly input: number;
  readonly output: number;
  /** Input tokens that came from the provider's cache; part of `input`. */
  readonly cached?: number;
  /** Cost in USD; absent where no price is known. */
  readonly usd?: number;
  /** Provider and model that was asked, once it is charged. */
  readonly model?: string;
};

/** What came back, before anything is believed. */
export type Reply = {
  /** Tool calls in order. `args` is the parsed value, or the text itself where it did not parse. */
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly text: string;
  readonly finish: 'stop' | 'tools' | 'length' | 'refusal' | 'other';
};

export type Turn = { readonly reply: Reply; readonly usage: Usage };

/** How edges and ops are put to the model. */
export type Encoding = 'tools' | 'json';

/** A model one can ask. Implementations: `scripted`, `recorded`, `hosted`. */
export type Model = {
  /** Provider and model as config names them, e.g. `scripted` or `openai-compatible/qwen3`. */
  readonly name: string;
  readonly encoding: Encoding;
  /** Whether a call costs tokens; false for models that run from a file. */
  readonly metered: boolean;
  /** Upper bound of output tokens of one call. */
  readonly maxOutputTokens: number;
  /** USD per million tokens; absent when unknown. */
  readonly price?: { readonly input: number; readonly output: number; readonly cached?: number };
  /**
   * One turn. `onText` receives text as it streams.
   * @throws UserError `model` when the provider fails after retries; the signal's reason when aborted.
   */
  turn(frame: Frame, options: TurnOptions): Promise<Turn>;
};

export type TurnOptions = {
  readonly signal: AbortSignal;
  /** Cap on output tokens for this call, at most the model's own. */
  readonly maxOutputTokens: number;
  readonly onText?: (text: string) => void;
};

/** A reply that could be read: ops to do, or one edge chosen, or (a violation, found by the contract) both or neither. */
export type Decoded = {
  readonly ops: readonly { readonly kind: string; readonly args: unknown }[];
  readonly decisions: readonly DecodedDecision[];
};

export type DecodedDecision = {
  /** Candidate id as far as the reply names one; otherwise what it named instead. */
  readonly edge: string;
  /** Artifact type named by the reply; absent where the encoding implies it. */
  readonly type?: string;
  readonly reason?: unknown;
  readonly confidence?: unknown;
  readonly artifact?: unknown;
};

/** A reply that could not be read, or that breaks the contract. A value: the model gets it back and tries again. */
export type Violation = {
  readonly code: ViolationCode;
  /** JSON pointer into the reply or artifact. */
  readonly path?: string;
  readonly got?: string;
  readonly allowed?: readonly string[];
  /** A sentence for the model and for a person. */
  readonly message: string;
};

/** In the order the contract checks them. */
export const VIOLATION_CODES = [
  'refusal',
  'cut_off',
  'not_json',
  'not_an_object',
  'too_deep',
  'unknown_key',
  'empty',
  'two_decisions',
  'op_and_edge',
  'unknown_edge',
  'artifact_type',
  'confidence',
  'artifact_schema',
  'guard',
  'unknown_op',
  'op_arguments',
] as const;
export type ViolationCode = (typeof VIOLATION_CODES)[number];
