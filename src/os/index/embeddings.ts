import type { EmbeddingsConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { readKey } from '../models/key.ts';
import { failureOf, type Provider } from '../models/provider-failure.ts';
import type { Redactor } from '../secrets/port.ts';

/**
 * Makes vectors of texts, so that what means the same is found where words differ.
 *
 *  - V1 The key is read from the environment at each call and goes only into the request's header.
 *  - V2 Only texts of documents and queries are sent, never events, and no secret that stands in them.
 */
export type Embeddings = {
  /** Names model and server: vectors of another name are not comparable. */
  readonly name: string;
  /**
   * One vector for each text, all of one length.
   * @throws UserError `model` when the provider fails; the signal's reason when aborted.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
};

/** Seconds one call may take. */
const TIMEOUT = 30;

/** Any server that speaks OpenAI's `/embeddings`, through the AI SDK's provider for them. */
export function openAiEmbeddings(config: EmbeddingsConfig, env: NodeJS.ProcessEnv, redact: Redactor): Embeddings {
  const { base_url: baseUrl, model, api_key_env: keyEnv } = config;
  const name = `${model} at ${baseUrl}`;
  return {
    name,
    async embed(texts, signal) {
      signal.throwIfAborted();
      const read = readKey({ api_key_env: keyEnv }, env);
      if (!read.ok) throw new UserError('config', read.message, { hint: read.hint });
      const { key, from: keyFrom } = read;
      const provider: Provider = { name, model, baseUrl, keyEnv, keyFrom, key, timeout: TIMEOUT };
      const each = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT * 1000)]);
      try {
        const sdk = await sdkModel(baseUrl, model, key);
        const { embeddings } = await sdk.doEmbed({ values: texts.map(redact.text), abortSignal: each });
        return checked(embeddings, texts.length);
      } catch (error) {
        signal.throwIfAborted();
        if (each.aborted) throw new UserError('model', `${name} gave no vectors within ${TIMEOUT} s`);
        const failure = failureOf(error, provider);
        if (failure === undefined) throw error;
        const status = failure.status === undefined ? '' : ` (${failure.status})`;
        throw new UserError('model', `${name} gave no vectors${status}: ${redact.text(failure.said)}`, {
          cause: error,
        });
      }
    },
  };
}

async function sdkModel(baseURL: string, model: string, apiKey: string | undefined) {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL,
    ...(apiKey === undefined ? {} : { apiKey }),
    // A redirect would take key and texts to a server that nobody configured.
    fetch: (input, init) => fetch(input, { ...init, redirect: 'manual' }),
  });
  return provider.embeddingModel(model);
}

function checked(vectors: readonly (readonly number[])[], count: number): Float32Array[] {
  const length = vectors[0]?.length ?? 0;
  const isSound = (vector: readonly number[]) => vector.length === length && vector.every(Number.isFinite);
  if (vectors.length === count && (count === 0 || length > 0) && vectors.every(isSound)) {
    return vectors.map((vector) => Float32Array.from(vector));
  }
  throw new UserError('model', `the embeddings are not ${count} vectors of one length`);
}
