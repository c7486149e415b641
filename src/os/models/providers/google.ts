import type { ProviderKind } from './provider.ts';

/** Google's Gemini. It takes a subset of JSON Schema, and builds a grammar of it where a call is demanded. */
export const google: ProviderKind = {
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  steps: ['describe_keywords', 'limit_size'],
  takesSeed: true,
  options: { strict: () => undefined },
  open: async ({ model, baseURL, apiKey, fetch }) => {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return createGoogleGenerativeAI({ baseURL, apiKey, fetch })(model);
  },
};
