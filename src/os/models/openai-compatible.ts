import type { Clock } from '../clock.ts';
import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { frameRequest } from './frame-request.ts';
import type { Frame, Model, Turn, TurnOptions } from './port.ts';
import { failureOf, isPassing, type Provider, type ProviderFailure, providerError } from './provider-failure.ts';
import { type Attempted, retryAfterMs, withRetries } from './retry.ts';
import { type StreamingModel, streamReply } from './stream-reply.ts';
import type { WireRequest } from './wire-request.ts';

/**
 * Any server that speaks OpenAI's chat completions, through the AI SDK's provider for them. Its model is called
 * directly: what the model wrote is wanted as it came, without the SDK's own parsing, repairing and retrying.
 *
 *  O1 The key is read from the environment at each turn and goes only into the request's header.
 *  O2 What is sent is `frameRequest` of the frame and nothing else: limits are reserved for just that.
 *  O3 Text that streamed before a connection broke streams again from the start when the call is repeated.
 */
export type ProviderEnv = {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** 0 to 1, for the spread of waits; Math.random when absent. */
  readonly random?: () => number;
};

/** @throws UserError `config` when model or base_url is missing or wrong. */
export function openAiCompatible(key: string, config: ModelConfig, env: ProviderEnv): Model {
  const { model, base_url: baseUrl, encoding, price } = config;
  if (model === undefined || baseUrl === undefined || !isHttp(baseUrl)) {
    const lacks = model === undefined ? 'has no "model"' : 'has no "base_url" that begins with http:// or https://';
    throw new UserError('config', `The model "${key}" ${lacks}.`, {
      hint: 'Write, for example, `base_url: http://127.0.0.1:11434/v1` and `model: <name>`.',
    });
  }
  const name = `openai-compatible/${model}`;
  const wire = { limitField: 'max_tokens' };
  return {
    name,
    encoding,
    metered: true,
    maxOutputTokens: config.max_output_tokens,
    ...(price === undefined ? {} : { price }),
    turn: async (frame, options) => {
      options.signal.throwIfAborted();
      const secret = env.env[config.api_key_env];
      const provider: Provider = {
        name,
        model,
        baseUrl: withoutSecrets(baseUrl),
        keyEnv: config.api_key_env,
        key: secret === '' ? undefined : secret,
        timeout: config.timeout,
      };
      const request = frameRequest(frame, encoding);
      const sdk = await sdkModel(model, baseUrl, provider.key, wire);
      return ask(sdk, request, frame, options, provider, { ...env, wire });
    },
  };
}

/** Servers name the limit of output tokens differently; what a server refused is remembered for the model. */
type Wire = { limitField: string };
const NEWER_LIMIT_FIELD = 'max_completion_tokens';

async function sdkModel(
  model: string,
  baseURL: string,
  apiKey: string | undefined,
  wire: Wire,
): Promise<StreamingModel> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL,
    ...(apiKey === undefined ? {} : { apiKey }),
    includeUsage: true,
    // A redirect would take key and prompt to a server that nobody configured.
    fetch: (input, init) => fetch(input, { ...init, redirect: 'manual' }),
    transformRequestBody: ({ max_tokens: limit, ...body }) => ({ ...body, [wire.limitField]: limit }),
  });
  return provider.chatModel(model);
}

async function ask(
  sdk: StreamingModel,
  request: WireRequest,
  frame: Frame,
  { signal, maxOutputTokens, onText }: TurnOptions,
  provider: Provider,
  { clock, random = Math.random, wire }: ProviderEnv & { wire: Wire },
): Promise<Turn> {
  const attempt = async (each: AbortSignal): Promise<Attempted<Turn, ProviderFailure>> => {
    try {
      return { kind: 'done', value: await streamReply(sdk, request, { signal: each, maxOutputTokens, onText }) };
    } catch (error) {
      each.throwIfAborted();
      const failure = failureOf(error, provider);
      if (failure === undefined) throw error;
      const { status, said, retryAfter } = failure;
      if (status === 400 && wire.limitField !== NEWER_LIMIT_FIELD && said.includes(NEWER_LIMIT_FIELD)) {
        wire.limitField = NEWER_LIMIT_FIELD;
        return { kind: 'failed', failure, again: true, retryAfterMs: 0 };
      }
      const wait = retryAfterMs(retryAfter, clock.now());
      return {
        kind: 'failed',
        failure,
        again: isPassing(failure),
        ...(wait === undefined ? {} : { retryAfterMs: wait }),
      };
    }
  };
  const tried = await withRetries(attempt, { clock, random, signal, timeoutMs: provider.timeout * 1000 });
  if (tried.kind === 'done') return tried.value;
  throw providerError(provider, tried.failure, {
    attempts: tried.attempts,
    where: { phase: frame.phase },
    timedOut: tried.kind === 'timeout',
    ...(tried.kind === 'failed' && tried.waitAsked !== undefined ? { waitAsked: tried.waitAsked } : {}),
  });
}

function isHttp(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol);
}

/** A base URL as it may be shown: no user, password or query. */
function withoutSecrets(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}
