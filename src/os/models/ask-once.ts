import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { compileSchema, type JsonSchema, showErrors } from '../schema.ts';
import type { Redactor } from '../secrets/port.ts';
import { decodeReply } from './decode.ts';
import { type HostedConfig, type HostedEnv, hostedModel } from './hosted.ts';
import { readKey } from './key.ts';
import { isHosted } from './open.ts';
import type { Decoded, Frame, Model, OpOffer, Usage, Violation } from './port.ts';
import { ProviderError } from './provider-failure.ts';
import { redactedModel } from './redacted.ts';
import { resolveDecision } from './resolve.ts';

/** One call outside any run, made the way a run makes it, to find out how a model answers. */
export type Asked = {
  readonly model: Model;
  /** Milliseconds from the request to the end of the answer. */
  readonly ms: number;
  readonly usage: Usage;
  /** What the answer asks for, where it could be read. */
  readonly decoded?: Decoded;
  /** Why it would be refused in a run; absent when it keeps the contract. */
  readonly violation?: Pick<Violation, 'code' | 'message'>;
};

export type AskEnv = HostedEnv & { readonly redact: Redactor };

export type Question = {
  readonly text: string;
  readonly ops?: readonly OpOffer[];
  readonly schema?: JsonSchema;
};

const GREETING: JsonSchema = {
  type: 'object',
  properties: { text: { type: 'string', minLength: 1, description: 'The greeting.' } },
  required: ['text'],
  additionalProperties: false,
};

/** Output tokens such a call may take: a model that thinks first needs some for that. */
const MOST_OUTPUT = 2048;

/**
 * Asks the model once. `steps` are the only degradations to try.
 * @throws UserError `model` when the provider fails; the signal's reason.
 */
export async function askOnce(
  key: string,
  config: HostedConfig,
  env: AskEnv,
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const model = redactedModel(hostedModel(key, config, env), env.redact);
  const frame = frameOf(question);
  const began = performance.now();
  const maxOutputTokens = Math.min(MOST_OUTPUT, model.maxOutputTokens);
  const { reply, usage } = await model.turn(frame, { signal, maxOutputTokens }).catch(outsideOfPhases(env.redact));
  const ms = Math.round(performance.now() - began);
  const read = decodeReply(reply, frame, config.encoding);
  if (!read.ok) return { model, ms, usage, violation: read.violation };
  const violation = brokenBy(read.decoded, frame);
  return { model, ms, usage, decoded: read.decoded, ...(violation === undefined ? {} : { violation }) };
}

/** The same failure without a phase: there is none here. */
function outsideOfPhases({ text }: Redactor): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProviderError)) throw error;
    throw new ProviderError(text(error.message), error.status, { where: {}, hint: text(error.hint ?? '') });
  };
}

function frameOf({ text, ops = [], schema = GREETING }: Question): Frame {
  return {
    phase: 'check',
    visit: 1,
    turn: 1,
    attempt: 1,
    modelClass: 'standard',
    system: [{ name: 'Role', text: 'You are asked once, to see how you answer.' }],
    user: [{ name: 'Task', text }],
    candidates: [{ id: 'finish', kind: 'finish', type: 'answer', schema }],
    ops,
    input: { type: 'user_message', artifact: { text } },
    results: [],
    request: '',
  };
}

function brokenBy(decoded: Decoded, frame: Frame): Asked['violation'] {
  const resolved = resolveDecision(decoded, frame);
  if (resolved.kind === 'violation') return resolved.violation;
  if (resolved.kind === 'act') return undefined;
  const errors = compileSchema(resolved.candidate.schema ?? {})(resolved.artifact);
  if (errors.length === 0) return undefined;
  return { code: 'artifact_schema', message: `The artifact does not fit: ${showErrors(errors)}.` };
}

/**
 * A model that can be asked over the network, its key in place.
 * @throws UserError `config` when the model answers from a file, or its key is absent or unusable.
 */
export function askable(key: string, config: ModelConfig, env: HostedEnv): HostedConfig {
  if (!isHosted(config)) {
    throw new UserError('config', `The model "${key}" answers from a file of the skill, so there is nobody to ask.`, {
      hint: '`reyn models list` shows the others.',
    });
  }
  const read = readKey(config, env.env);
  if (!read.ok) throw new UserError('config', read.message, { hint: read.hint });
  if (read.key === undefined && config.base_url === undefined) {
    throw new UserError('config', `The model "${key}" needs a key, and there is none.`, {
      hint: `Put the key into the environment variable ${config.api_key_env}; it is not set.`,
    });
  }
  return config;
}
