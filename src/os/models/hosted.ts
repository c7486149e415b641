import type { Clock } from '../clock.ts';
import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { frameRequest } from './frame-request.ts';
import { type Env, readKey } from './key.ts';
import type { Frame, Model, Turn, TurnOptions } from './port.ts';
import {
  failureOf,
  isPassing,
  type Provider,
  type ProviderFailure,
  providerError,
  refusesSchema,
} from './provider-failure.ts';
import { type Hosted, PROVIDER_KINDS } from './providers/list.ts';
import type { ProviderKind, WireForm } from './providers/provider.ts';
import { type Attempted, retryAfterMs, withRetries } from './retry.ts';
import type { Degradation } from './schema-codec.ts';
import { streamReply } from './stream-reply.ts';

/**
 * A model that is asked over the network, through the AI SDK's library for its kind of provider. That model is called
 * directly: what was written is wanted as it came, without the SDK's own parsing, repairing and retrying.
 *
 *  H1 The key is read at each turn and goes only into the request's header.
 *  H2 What is sent is `frameRequest` of the frame in some degradation and nothing else: limits are reserved for that.
 *  H3 Text that streamed before a connection broke streams again from the start when the call is repeated.
 *  H4 How far schemas are degraded is between this process and the server: neither frame nor log depend on it.
 *  H5 Nothing is read from this process's own environment: address, key and headers are those of the arguments.
 */
export type HostedEnv = {
  readonly env: Env;
  readonly clock: Clock;
  /** Of the model's random choices; sent to providers that take one. */
  readonly seed?: number;
  /** 0 to 1, for the spread of waits; Math.random when absent. */
  readonly random?: () => number;
  /** The only steps of degradation to take, in order; config's and the provider's when absent. */
  readonly steps?: readonly Degradation[];
};

export type HostedConfig = ModelConfig & { readonly provider: Hosted };

/** @throws UserError `config` when model or base_url is missing or wrong. */
export function hostedModel(key: string, config: HostedConfig, env: HostedEnv): Model {
  const { model, encoding, price } = config;
  const kind = PROVIDER_KINDS[config.provider];
  const baseUrl = config.base_url ?? kind.baseUrl;
  if (model === undefined || baseUrl === undefined || !isHttp(baseUrl)) {
    const lacks = model === undefined ? 'has no "model"' : 'has no "base_url" that begins with http:// or https://';
    throw new UserError('config', `The model "${key}" ${lacks}.`, {
      hint: 'Write, for example, `base_url: http://127.0.0.1:11434/v1` and `model: <name>`.',
    });
  }
  const name = `${config.provider}/${model}`;
  const steps = env.steps ?? stepsOf(config);
  const wire = { form: { schema: steps[0] ?? kind.steps[0], newerLimit: false } };
  return {
    name,
    encoding,
    metered: true,
    maxOutputTokens: config.max_output_tokens,
    ...(price === undefined ? {} : { price }),
    turn: async (frame, options) => {
      options.signal.throwIfAborted();
      const read = readKey(config, env.env);
      const ownAddress = config.base_url === undefined;
      if (!read.ok) throw new UserError('model', read.message, { hint: read.hint, where: { phase: frame.phase } });
      const provider: Provider = {
        name,
        model,
        baseUrl: withoutSecrets(baseUrl),
        keyEnv: config.api_key_env,
        keyFrom: read.from,
        key: read.key,
        timeout: config.timeout,
      };
      if (read.key === undefined && ownAddress) throw keyMissing(provider, frame);
      return ask({ kind, baseUrl, provider, steps, wire, frame, encoding, options, env });
    },
  };
}

/** Steps of degradation a model goes through: from what config says on, else all of its provider. */
export function stepsOf({ provider, schema }: Pick<HostedConfig, 'provider' | 'schema'>): readonly Degradation[] {
  const { steps } = PROVIDER_KINDS[provider];
  if (schema === undefined) return steps;
  return [schema, ...steps.slice(steps.indexOf(schema) + 1).filter((step) => step !== schema)];
}

type Call = {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly provider: Provider;
  readonly steps: readonly Degradation[];
  /** Shared by all calls of the model: what one finds out the next goes by. */
  readonly wire: { form: WireForm };
  readonly frame: Frame;
  readonly encoding: Model['encoding'];
  readonly options: TurnOptions;
  readonly env: HostedEnv;
};

async function ask(call: Call): Promise<Turn> {
  const { provider, options, env, frame } = call;
  const { clock, random = Math.random } = env;
  const attempt = async (signal: AbortSignal): Promise<Attempted<Turn, ProviderFailure>> => {
    const outcome = await untilTaken(call, signal);
    if (outcome.kind === 'done') return outcome;
    const { failure } = outcome;
    const wait = retryAfterMs(failure.retryAfter, clock.now());
    return {
      kind: 'failed',
      failure,
      again: isPassing(failure),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    };
  };
  const { signal } = options;
  const tried = await withRetries(attempt, { clock, random, signal, timeoutMs: provider.timeout * 1000 });
  if (tried.kind === 'done') return tried.value;
  throw providerError(provider, tried.failure, {
    attempts: tried.attempts,
    where: { phase: frame.phase },
    timedOut: tried.kind === 'timeout',
    ...(tried.kind === 'failed' && tried.waitAsked !== undefined ? { waitAsked: tried.waitAsked } : {}),
  });
}

type Once =
  | { readonly kind: 'done'; readonly value: Turn }
  | { readonly kind: 'failed'; readonly failure: ProviderFailure };

/** One call, put differently as long as what is refused is the form it has; forms only ever go forward. */
async function untilTaken(call: Call, signal: AbortSignal): Promise<Once> {
  for (;;) {
    const { form } = call.wire;
    const outcome = await once(call, form, signal);
    if (outcome.kind === 'done') return outcome;
    const other = otherForm(call, form, outcome.failure);
    if (other === undefined) return outcome;
    // Where a call beside this one has moved on already, its form is the next to try.
    if (call.wire.form === form) call.wire.form = other;
  }
}

/** The next form after a refusal that is about the form; `undefined` when there is none, or it is about something else. */
function otherForm({ kind, steps, encoding }: Call, form: WireForm, failure: ProviderFailure): WireForm | undefined {
  const adapted = failure.status === 400 ? kind.adapt?.(form, failure.said) : undefined;
  if (adapted !== undefined) return adapted;
  const next = steps[steps.indexOf(form.schema) + 1];
  return encoding === 'json' || next === undefined || !refusesSchema(failure) ? undefined : { ...form, schema: next };
}

async function once(call: Call, form: WireForm, signal: AbortSignal): Promise<Once> {
  const { kind, baseUrl, provider, frame, encoding } = call;
  const { maxOutputTokens, onText } = call.options;
  try {
    const apiKey = provider.key ?? '';
    const sdk = await kind.open({ model: provider.model, baseURL: baseUrl, apiKey, fetch: wireFetch(apiKey), form });
    const request = frameRequest(frame, encoding, form.schema);
    const { seed } = call.env;
    const chance = seed === undefined || kind.takesSeed !== true ? {} : { seed };
    return {
      kind: 'done',
      value: await streamReply(sdk, request, { ...kind.options, ...chance, signal, maxOutputTokens, onText }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, provider);
    if (failure === undefined) throw error;
    return { kind: 'failed', failure };
  }
}

const KEY_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'];

/** `fetch` that follows no redirect, which would take key and prompt to a server that nobody configured. */
function wireFetch(apiKey: string): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    if (apiKey === '') for (const name of KEY_HEADERS) headers.delete(name);
    return fetch(input, { ...init, headers, redirect: 'manual' });
  };
}

function keyMissing({ name, keyEnv }: Provider, frame: Frame): UserError {
  return new UserError('model', `${name} needs a key, and there is none.`, {
    where: { phase: frame.phase },
    hint: `Put the key into the environment variable ${keyEnv}; it is not set.`,
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
