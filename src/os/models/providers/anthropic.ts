import type { ProviderKind } from './provider.ts';

/**
 * Anthropic's messages. Tools are never called strict: strict ones become a grammar, of which a few optional fields
 * over all edges are too much; without it any schema is taken, and the contract checks what comes back.
 */
export const anthropic: ProviderKind = {
  baseUrl: 'https://api.anthropic.com/v1',
  steps: ['inline_refs', 'describe_bounds', 'describe_keywords', 'limit_size'],
  options: { strict: () => undefined, providerOptions: { anthropic: { disableParallelToolUse: false } } },
  open: async ({ model, baseURL, apiKey, fetch }) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ baseURL, apiKey, fetch })(model);
  },
};
