import type { Limits } from './limits.ts';
import type { PROVIDERS, SCHEMA_STEPS } from './schema.ts';

/** The effective configuration: built-in defaults, user file, `reyn.yaml`, `reyn.local.yaml`; later ones win. */
export type Config = {
  /** Key of `define` that every class uses unless `classes` says otherwise. */
  readonly default: string;
  /** Model class → key of `define`. */
  readonly classes: Readonly<Record<string, string>>;
  readonly define: Readonly<Record<string, ModelConfig>>;
  readonly limits: Limits;
  readonly policy: { readonly allow: readonly PolicyRule[]; readonly deny: readonly PolicyRule[] };
  /** What an open question does when nobody is at a terminal. */
  readonly on_ask: 'suspend' | 'fail';
  /** Which runs `reyn gc` removes; absent = none. */
  readonly retention?: Retention;
  /** Skill that finds the skill a message is for; absent = the one that ships. */
  readonly router?: string;
  /** Language the model is asked to answer in. */
  readonly language?: string;
  /** What makes vectors of documents; absent = sources are searched by words alone. */
  readonly embeddings?: EmbeddingsConfig;
};

/**
 * A run goes when it ended more than `days` ago and is not among the `keep` newest that ended; what is absent holds for
 * none. Without both nothing goes.
 */
export type Retention = { readonly days?: number; readonly keep?: number };

/** A server that speaks OpenAI's `/embeddings`. */
export type EmbeddingsConfig = {
  readonly base_url: string;
  readonly model: string;
  /** Environment variable that holds the key. */
  readonly api_key_env: string;
};

export type ModelConfig = {
  readonly provider: (typeof PROVIDERS)[number];
  /** The provider's name for the model; absent for `scripted`. */
  readonly model?: string;
  /** Absent for `scripted`, and for a provider that has an address of its own. */
  readonly base_url?: string;
  readonly encoding: 'tools' | 'json';
  /** How far schemas are degraded at first; the provider's default when absent. */
  readonly schema?: (typeof SCHEMA_STEPS)[number];
  readonly max_output_tokens: number;
  /** Seconds one call may take. */
  readonly timeout: number;
  /** Environment variable that holds the key. */
  readonly api_key_env: string;
  /** File that holds it where the variable is not set: absolute, or below `~/`. */
  readonly api_key_file?: string;
  /** USD per million tokens. */
  readonly price?: { readonly input: number; readonly output: number; readonly cached?: number };
};

/**
 * One rule of the operator. `need` is the kind of need (`file.write`, `skill.run`, …); `resource` a glob for paths,
 * else an exact name; absent = any. `skill` absent = every skill.
 */
export type PolicyRule = { readonly need: string; readonly resource?: string; readonly skill?: string };
