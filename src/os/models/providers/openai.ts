import type { ProviderKind } from './provider.ts';

/**
 * OpenAI's own interface (Responses). Tools are strict by default there, so each says whether it is. What a strict
 * schema is refused for (size, keywords) does not hold for one that is not.
 */
export const openai: ProviderKind = {
  baseUrl: 'https://api.openai.com/v1',
  steps: ['limit_size', 'describe_keywords'],
  options: {
    strict: (strict) => strict,
    // Nothing of a run is to stay with the provider.
    providerOptions: { openai: { store: false, parallelToolCalls: true } },
  },
  open: async ({ model, baseURL, apiKey, fetch }) => {
    const { createOpenAI } = await import('@ai-sdk/openai');
    return createOpenAI({ baseURL, apiKey, fetch }).responses(model);
  },
};
