import type { Where } from '../errors.ts';
import { UserError } from '../errors.ts';
import { isObject, parseJson } from '../json.ts';
import { BrokenStream } from './stream-reply.ts';

/** Why a call to a provider failed. `status` is the HTTP status; absent when no answer came or it broke off. */
export type ProviderFailure = {
  readonly status?: number;
  /** What the provider or the network said, with the key taken out. */
  readonly said: string;
  readonly retryAfter?: string;
};

/** What an error message needs to know of the provider. */
export type Provider = {
  /** As in config, e.g. `openai-compatible/qwen3`. */
  readonly name: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly keyEnv: string;
  /** Where the key is, or was looked for, for a sentence. */
  readonly keyFrom: string;
  /** The key itself, so that it can be taken out of whatever is shown. */
  readonly key: string | undefined;
  readonly timeout: number;
};

const PASSING = [408, 429, 500, 502, 503, 504, 529];
const MAX_SAID = 300;

/** Whether trying again may help: the provider is busy or broken, or the connection was. */
export function isPassing({ status }: ProviderFailure): boolean {
  return status === undefined || PASSING.includes(status);
}

/** What servers say when it is a schema they do not take: its keywords, its size, or the grammar they make of it. */
const SCHEMA_WORDS =
  /schema|grammar|too complex|unsupported keyword|\$ref|additionalProperties|(?:min|max)(?:Length|Items)|too many (?:states|tools|propert|parameters|enum|optional|union|strict)/i;

/** Whether a provider refuses the schemas of a request rather than the request: they can be put more simply. */
export function refusesSchema({ status, said }: ProviderFailure): boolean {
  return (status === 400 || status === 422 || status === 500) && SCHEMA_WORDS.test(said);
}

/** Reads what a call threw, if it is about the provider or the network. Nothing of the request goes into the result. */
export function failureOf(error: unknown, provider: Provider): ProviderFailure | undefined {
  const clean = (text: string) => shorten(withoutKey(text, provider.key));
  if (error instanceof BrokenStream) {
    return { said: clean(error.message), ...(error.status === undefined ? {} : { status: error.status }) };
  }
  if (!isOfTheWire(error)) return undefined;
  const { statusCode, responseHeaders, responseBody, message }: Partial<Record<string, unknown>> = isObject(error)
    ? error
    : {};
  const headers = isObject(responseHeaders) ? responseHeaders : {};
  const retryAfter = headers['retry-after'];
  const said = bodyText(responseBody) ?? String(message ?? '');
  return {
    said: clean(said),
    // A status of success here means that the answer's body could not be read: the connection broke.
    ...(typeof statusCode === 'number' && statusCode >= 300 ? { status: statusCode } : {}),
    ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
  };
}

/** Errors of the SDK are named `AI_…`; those of sockets carry a code, often as the cause of a plain TypeError. */
function isOfTheWire(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return [error, error.cause].some((one) => one instanceof Error && (one.name.startsWith('AI_') || 'code' in one));
}

/** The message within a provider's error body, in the shapes servers use. */
function bodyText(body: unknown): string | undefined {
  if (typeof body !== 'string' || body.trim() === '') return undefined;
  const parsed = parseJson(body);
  if (!parsed.ok) return body.trimStart().startsWith('<') ? undefined : body;
  const [first] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (!isObject(first)) return body;
  const { error, message, detail } = first as Record<string, unknown>;
  const inner = isObject(error) ? error.message : error;
  return [inner, message, detail].find((text) => typeof text === 'string');
}

function withoutKey(text: string, key: string | undefined): string {
  if (key === undefined || key === '') return text;
  return [key, encodeURIComponent(key)].reduce((rest, spelling) => rest.replaceAll(spelling, '[key]'), text);
}

function shorten(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= MAX_SAID ? line : `${line.slice(0, MAX_SAID)}…`;
}

/** A provider that failed, refused or was not there. `status` is what it answered; absent when it did not. */
export class ProviderError extends UserError {
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, more: { where: Where; hint: string }) {
    super('model', message, more);
    this.status = status;
  }
}

/** The error a run stops with. */
export function providerError(
  provider: Provider,
  failure: ProviderFailure | undefined,
  rest: { attempts: number; where: Where; timedOut?: boolean; waitAsked?: number },
): ProviderError {
  const { attempts, where, timedOut = false, waitAsked } = rest;
  const tries = attempts === 1 ? '' : ` after ${attempts} attempts`;
  const last = failure === undefined ? '' : `; the last failure: ${saidOf(failure)}`;
  if (timedOut) {
    return new ProviderError(
      `${provider.name} gave no answer within ${provider.timeout} s${tries}${last}.`,
      undefined,
      {
        where,
        hint: `Check that ${provider.baseUrl} is reachable, or raise \`timeout\` of the model in the config.`,
      },
    );
  }
  if (waitAsked !== undefined) {
    const message = `${provider.name} asks to wait ${Math.ceil(waitAsked / 1000)} s, longer than its timeout of ${provider.timeout} s leaves${last}.`;
    return new ProviderError(message, failure?.status, { where, hint: 'Run `reyn resume` later.' });
  }
  const said = failure === undefined ? 'failed' : saidOf(failure);
  return new ProviderError(`${provider.name} ${said}${tries}.`, failure?.status, {
    where,
    hint: hintFor(failure, provider),
  });
}

function saidOf({ status, said }: ProviderFailure): string {
  const text = said.replace(/[.\s]+$/, '');
  if (status === undefined) return `failed: ${text}`;
  return `answered ${status}${text === '' ? '' : `: ${text}`}`;
}

function hintFor(failure: ProviderFailure | undefined, provider: Provider): string {
  const { baseUrl, keyEnv, keyFrom, key, model } = provider;
  const { status, said = '' } = failure ?? {};
  if (status === undefined) return `Check that a server answers at base_url ${baseUrl}.`;
  if (status === 401 || status === 403 || (status === 400 && /\bapi[ _-]?key\b/i.test(said))) {
    return key === undefined
      ? `Put the key into the environment variable ${keyEnv}; it is not set.`
      : `Check the key in ${keyFrom}, and that it may use "${model}".`;
  }
  if (status === 404 || status < 400)
    return `Check base_url ${baseUrl} (it often ends in /v1) and the model name "${model}".`;
  if (status === 429) return `The limit of the account or of "${model}" is reached; run \`reyn resume\` later.`;
  if (failure !== undefined && refusesSchema(failure))
    return `The schemas of the tools are refused in every form there is; set \`encoding: json\` for "${model}" in the config.`;
  if (status < 500) {
    return `Check the model name "${model}"; where the server knows no tools, set \`encoding: json\` for it in the config.`;
  }
  return `The server at ${baseUrl} is in trouble; run \`reyn resume\` when it is back.`;
}
