import type { ModelConfig } from '../config/config.ts';
import { FROM_FILE, type FromFile, isFromFile } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import { type HostedConfig, type HostedEnv, hostedModel } from './hosted.ts';
import type { Model } from './port.ts';
import { scriptedModel } from './scripted.ts';
import { worldModel } from './world/provider.ts';

export type ModelEnv = HostedEnv & {
  /** The file of a model that answers from one, with its name for messages. */
  readonly scripted?: { readonly text: string; readonly file: string };
};

/**
 * The model that `config` describes; `key` is its name there. Nothing is asked of a provider yet.
 * @throws UserError `config` when something a provider needs is missing, or a file of rules is not of its form.
 */
export function openModel(key: string, config: ModelConfig, env: ModelEnv): Model {
  if (isHosted(config)) return hostedModel(key, config, env);
  if (env.scripted === undefined) {
    throw new UserError('config', `The model "${key}" answers from a file of rules, and there is none.`, {
      hint: `Write ${FROM_FILE[config.provider as FromFile]} beside the skill, or choose another model.`,
    });
  }
  const { encoding, max_output_tokens: maxOutputTokens } = config;
  const { seed = 0 } = env;
  if (config.provider === 'world') {
    return worldModel(env.scripted.text, { file: env.scripted.file, encoding, maxOutputTokens, seed });
  }
  return scriptedModel(env.scripted.text, { file: env.scripted.file, encoding, maxOutputTokens, clock: env.clock });
}

/** Whether a model is asked over the network, rather than answering from a file. */
export function isHosted(config: ModelConfig): config is HostedConfig {
  return !isFromFile(config.provider);
}
