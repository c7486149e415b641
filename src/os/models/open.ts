import type { Clock } from '../clock.ts';
import type { ModelConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { openAiCompatible } from './openai-compatible.ts';
import type { Model } from './port.ts';
import { scriptedModel } from './scripted.ts';

export type ModelEnv = {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Rules for the scripted model, with the file's name for messages. */
  readonly scripted?: { readonly text: string; readonly file: string };
};

/**
 * The model that `config` describes; `key` is its name there. Nothing is asked of a provider yet.
 * @throws UserError `config` when something a provider needs is missing, or a file of rules is not of its form.
 */
export function openModel(key: string, config: ModelConfig, env: ModelEnv): Model {
  if (config.provider === 'openai-compatible') return openAiCompatible(key, config, env);
  if (env.scripted === undefined) {
    throw new UserError('config', `The model "${key}" answers from a file of rules, and there is none.`, {
      hint: 'Write evals/scripted.yaml beside the skill, or choose another model.',
    });
  }
  const { encoding, max_output_tokens: maxOutputTokens } = config;
  return scriptedModel(env.scripted.text, { file: env.scripted.file, encoding, maxOutputTokens, clock: env.clock });
}
