import type { ModelConfig } from './os/config/config.ts';

export type ModelEntry = {
  readonly name: string;
  readonly provider: ModelConfig['provider'];
  /** The provider's name for it; absent for `scripted`, as are all below. */
  readonly model?: string;
  readonly base_url?: string;
  readonly encoding: ModelConfig['encoding'];
  /** How far schemas are degraded at first; absent in the json encoding, too. */
  readonly schema?: string;
  /** USD per million tokens. */
  readonly price?: NonNullable<ModelConfig['price']>;
  /** `config`, or the date of the prices that ship. */
  readonly price_from?: string;
  /** Whether a key is there, and where it is looked for. */
  readonly key?: { readonly present: boolean; readonly from: string };
  /** When it was probed, ISO 8601. */
  readonly probed?: string;
  /** Classes it serves; `default` = every class that has no other. */
  readonly uses: readonly string[];
};

export type ModelTest = {
  readonly name: string;
  /** Provider and model that were asked. */
  readonly asked: string;
  readonly encoding: ModelConfig['encoding'];
  /** Milliseconds to the end of the answer. */
  readonly ms: number;
  readonly usage: { readonly input: number; readonly output: number; readonly cached?: number };
  /** Absent where no price is known. */
  readonly usd?: number;
  /** Why a run would have refused the answer; absent when it would not. */
  readonly violation?: string;
};

export type ModelProbe = Pick<ModelTest, 'name' | 'asked' | 'usage' | 'usd'> & {
  /** What works best; absent when nothing did. */
  readonly encoding?: ModelConfig['encoding'];
  readonly schema?: string;
  readonly findings: readonly { readonly what: string; readonly supported: boolean; readonly note: string }[];
  readonly calls: number;
  /** Where the profile was written, relative to the root. */
  readonly file: string;
};
