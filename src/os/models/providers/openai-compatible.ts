import type { ProviderKind } from './provider.ts';

const NEWER_LIMIT = 'max_completion_tokens';

/**
 * Any server that speaks OpenAI's chat completions: Ollama, llama.cpp, vLLM, gateways. A schema goes only into tools,
 * never into `response_format` beside them: Ollama drops the tools then. llama.cpp refuses length bounds from about
 * 2,000 on, and large grammars; the steps lead away from both.
 */
export const openAiCompatible: ProviderKind = {
  steps: ['inline_refs', 'describe_bounds', 'describe_keywords', 'limit_size'],
  takesSeed: true,
  options: { strict: (strict) => strict || undefined },
  adapt: (form, said) => (!form.newerLimit && said.includes(NEWER_LIMIT) ? { ...form, newerLimit: true } : undefined),
  open: async ({ model, baseURL, apiKey, fetch, form }) => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const provider = createOpenAICompatible({
      name: 'openai-compatible',
      baseURL,
      ...(apiKey === '' ? {} : { apiKey }),
      includeUsage: true,
      fetch,
      transformRequestBody: ({ max_tokens: limit, ...body }) => ({
        ...body,
        [form.newerLimit ? NEWER_LIMIT : 'max_tokens']: limit,
      }),
    });
    return provider.chatModel(model);
  },
};
