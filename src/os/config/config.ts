import type { Limits } from './limits.ts';
import type { PROVIDERS, SCHEMA_STEPS } from './schema.ts';
import type { McpServerEntry } from './schema-governance.ts';
import type { ENGINES } from './schema-learning.ts';

/** The effective configuration: built-in defaults, user file, `reyn.yaml`, `reyn.local.yaml`; later ones win. */
export type Config = {
  /** Key of `define` that every class uses unless `classes` says otherwise. */
  readonly default: string;
  /** Model class → key of `define`. */
  readonly classes: Readonly<Record<string, string>>;
  readonly define: Readonly<Record<string, ModelConfig>>;
  readonly limits: Limits;
  readonly policy: Policy;
  /** Whether whoever started a run may not answer its permission questions. */
  readonly separation_of_duties: boolean;
  /** How many days a saved grant counts. */
  readonly grants: { readonly days: number };
  readonly mcp: Readonly<Record<string, McpServerEntry>>;
  /** Engine of web searches; absent = there is none. */
  readonly search?: { readonly base_url: string };
  readonly sandbox: 'auto' | 'none';
  /** What programs in the sandbox are held to. */
  readonly exec: ExecLimits;
  /**
   * What files of the project say and does not count, because nobody on this machine has trusted them: keys as
   * `policy.allow`, `models.x`, `mcp.servers.y`.
   */
  readonly untrusted: readonly string[];
  /** What an open question does when nobody is at a terminal. */
  readonly on_ask: 'suspend' | 'fail';
  /** Which runs `reyn gc` removes; absent = none. */
  readonly retention?: Retention;
  readonly self_improvement: SelfImprovement;
  /** How skills are evaluated. */
  readonly eval: EvalConfig;
  /** Skill that finds the skill a message is for; absent = the one that ships. */
  readonly router?: string;
  /** Skill that improves others; absent = the one that ships. */
  readonly improver?: string;
  /** Language the model is asked to answer in. */
  readonly language?: string;
  /** What makes vectors of documents; absent = sources are searched by words alone. */
  readonly embeddings?: EmbeddingsConfig;
};

/** Whole numbers, in the units of their names. */
export type ExecLimits = {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly memory_mb: number;
  readonly output_kb: number;
  readonly file_mb: number;
  readonly processes: number;
};

/** How skills are improved, and what becomes of what is found. */
export type SelfImprovement = {
  /** `ask_user`: a person decides on each; `auto`: what is proved is applied; `disabled`: nothing is. */
  readonly on_propose: 'ask_user' | 'auto' | 'disabled';
  /** How many versions of a skill are kept. */
  readonly max_versions: number;
  readonly engine: (typeof ENGINES)[number];
  /** What one search and its verification may use together; what is absent is unlimited. */
  readonly budget: SearchBudget;
};

export type SearchBudget = {
  /** Runs of cases. */
  readonly calls: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly seconds?: number;
};

export type EvalConfig = {
  /** Cases at once. */
  readonly concurrency: number;
  /** Seconds one case may run. */
  readonly timeout: number;
  /** What evaluated skills may do outside of their copy of the project; nothing by default. */
  readonly allow: readonly PolicyRule[];
};

export type Policy = {
  readonly allow: readonly PolicyRule[];
  readonly deny: readonly PolicyRule[];
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
 * One rule of the operator. `need` is the kind of need (`file.write`, `skill.run`, …) and `op` that of the op, one of
 * them at least; `resource` a pattern of that kind, absent = any; `skill` absent = every skill; `expires` ends what it
 * allows.
 */
export type PolicyRule = {
  readonly need?: string;
  readonly op?: string;
  readonly resource?: string;
  readonly skill?: string;
  readonly expires?: string;
  readonly reason?: string;
};
