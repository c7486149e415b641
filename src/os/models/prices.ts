import type { ModelConfig } from '../config/config.ts';

type Price = NonNullable<ModelConfig['price']>;

/** When the prices below were last looked up. */
export const PRICES_OF = '2026-11-26';

/**
 * USD per million tokens of a few models, for ordinary calls; beside each provider is the page that decides. Only
 * models with one price whatever the length of a request are here: a limit in USD must be able to rely on it. Config
 * overrides it, and a model that is neither there nor here has no price. Without `cached`, cached input costs as other.
 */
const PRICES: Readonly<Partial<Record<ModelConfig['provider'], Readonly<Record<string, Price>>>>> = {
  // https://developers.openai.com/api/docs/pricing
  openai: {
    'gpt-5': { input: 1.25, output: 10, cached: 0.125 },
    'gpt-5-mini': { input: 0.25, output: 2, cached: 0.025 },
    'gpt-4.1': { input: 2, output: 8, cached: 0.5 },
    'gpt-4.1-mini': { input: 0.4, output: 1.6, cached: 0.1 },
    'gpt-4o-mini': { input: 0.15, output: 0.6, cached: 0.075 },
  },
  // https://platform.claude.com/docs/en/about-claude/pricing
  anthropic: {
    'claude-opus-5': { input: 5, output: 25, cached: 0.5 },
    'claude-opus-4-8': { input: 5, output: 25, cached: 0.5 },
    'claude-sonnet-5': { input: 2, output: 10, cached: 0.2 },
    'claude-haiku-4-5': { input: 1, output: 5, cached: 0.1 },
  },
  // https://ai.google.dev/gemini-api/docs/pricing
  google: {
    'gemini-2.5-flash': { input: 0.3, output: 2.5, cached: 0.03 },
    'gemini-2.5-flash-lite': { input: 0.1, output: 0.4 },
    'gemini-3.5-flash': { input: 1.5, output: 9, cached: 0.15 },
  },
};

/** A model as config has it, with the price that ships where config gives none. */
export function withPrice(config: ModelConfig): ModelConfig {
  const price = config.price ?? shippedPrice(config);
  return price === undefined ? config : { ...config, price };
}

/** The price that ships for a model at its provider's own address: what another server takes for it is its own affair. */
export function shippedPrice({ provider, model, base_url: elsewhere }: ModelConfig): Price | undefined {
  const prices = PRICES[provider];
  if (prices === undefined || model === undefined || elsewhere !== undefined) return undefined;
  const dated = model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '');
  return Object.hasOwn(prices, dated) ? prices[dated] : undefined;
}
