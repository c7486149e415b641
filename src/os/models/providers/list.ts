import type { ModelConfig } from '../../config/config.ts';
import type { FromFile } from '../../config/schema.ts';
import { anthropic } from './anthropic.ts';
import { google } from './google.ts';
import { openai } from './openai.ts';
import { openAiCompatible } from './openai-compatible.ts';
import type { ProviderKind } from './provider.ts';

/** Providers that are asked over the network, by the word config has for them. */
export type Hosted = Exclude<ModelConfig['provider'], FromFile>;

export const PROVIDER_KINDS: Readonly<Record<Hosted, ProviderKind>> = {
  'openai-compatible': openAiCompatible,
  openai,
  anthropic,
  google,
};
