import { getPath } from '../json.ts';
import { placeOf } from '../yaml.ts';
import type { Config, ModelConfig } from './config.ts';
import type { ConfigProblem, Layer, Origin } from './layer.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Profiles, probedDefaults } from './profile.ts';
import { type ConfigFile, type ModelEntry, PROVIDERS } from './schema.ts';

/** The model that answers from a file of the skill; always defined. */
export const SCRIPTED = 'scripted';

const MODEL_DEFAULTS = {
  provider: 'openai-compatible',
  encoding: 'tools',
  max_output_tokens: 4096,
  timeout: 120,
} as const;

/** Environment variables in which each provider's key is looked for unless config names another. */
const KEY_ENV: Readonly<Record<ModelConfig['provider'], string>> = {
  scripted: 'REYN_API_KEY',
  'openai-compatible': 'REYN_API_KEY',
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
};

/**
 * One configuration out of several files, later ones winning key by key; policy rules of all files hold together, so
 * that no file can take back another's `deny`.
 */
export function mergeLayers(layers: readonly Layer[]): ConfigFile {
  const merged: ConfigFile = {};
  for (const { value } of layers) {
    const { models, classes, limits, policy, retention, ...plain } = value;
    Object.assign(merged, plain);
    if (models !== undefined) merged.models = mergeModels(merged.models ?? {}, models);
    if (classes !== undefined) merged.classes = { ...merged.classes, ...classes };
    if (retention !== undefined) merged.retention = { ...merged.retention, ...retention };
    if (limits !== undefined) merged.limits = { ...merged.limits, ...limits };
    if (policy !== undefined) {
      merged.policy = {
        allow: [...(merged.policy?.allow ?? []), ...(policy.allow ?? [])],
        deny: [...(merged.policy?.deny ?? []), ...(policy.deny ?? [])],
      };
    }
  }
  return merged;
}

function mergeModels(below: Record<string, ModelEntry>, above: Record<string, ModelEntry>): Record<string, ModelEntry> {
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(names.map((name) => [name, { ...below[name], ...above[name] }]));
}

/** The configuration that files merged into, with what probing found and defaults. Not checked. */
export function effective(file: ConfigFile, profiles: Profiles = {}): Config {
  const entries = Object.entries(file.models ?? {});
  const define: Record<string, ModelConfig> = {
    [SCRIPTED]: modelOf(SCRIPTED, { provider: 'scripted' }, {}),
    ...Object.fromEntries(entries.map(([name, entry]) => [name, modelOf(name, entry, profiles)])),
  };
  const { model, base_url, embeddings } = file;
  if (model !== undefined && base_url !== undefined && model !== SCRIPTED) {
    define[model] = modelOf(model, { ...file.models?.[model], base_url }, profiles);
  }
  return {
    default: model ?? '',
    classes: file.classes ?? {},
    define,
    limits: { ...DEFAULT_LIMITS, ...file.limits },
    policy: { allow: file.policy?.allow ?? [], deny: file.policy?.deny ?? [] },
    on_ask: file.on_ask ?? 'suspend',
    ...(file.retention === undefined ? {} : { retention: file.retention }),
    ...(file.router === undefined ? {} : { router: file.router }),
    ...(file.language === undefined ? {} : { language: file.language }),
    ...(embeddings === undefined
      ? {}
      : { embeddings: { api_key_env: KEY_ENV[MODEL_DEFAULTS.provider], ...embeddings } }),
  };
}

function modelOf(name: string, entry: ModelEntry, profiles: Profiles): ModelConfig {
  const provider = entry.provider ?? MODEL_DEFAULTS.provider;
  const defaults = { ...MODEL_DEFAULTS, api_key_env: KEY_ENV[provider] };
  if (provider === 'scripted') return { ...defaults, ...entry, provider };
  const asked = { model: name, ...entry, provider };
  return { ...defaults, ...probedDefaults(profiles[name], asked), ...asked };
}

/** What does not fit together across keys and files, at the place of the file that says it last. */
export function crossChecks(layers: readonly Layer[], file: ConfigFile): readonly ConfigProblem[] {
  const config = effective(file);
  const problems: ConfigProblem[] = [];
  const add = (path: string[], message: string, hint: string) => {
    problems.push({ message, where: whereOf(layers, path), hint });
  };
  const names = Object.keys(config.define);
  const { model, base_url } = file;
  if (model !== undefined && config.define[model] === undefined) {
    const hint = `Add \`base_url: http://…/v1\` beside it, or define \`models.${model}\` with a \`provider\`; \`model: scripted\` needs nothing.`;
    add(['model'], `The model "${model}" is not defined.`, hint);
  }
  if (base_url !== undefined && model === undefined) {
    add(['base_url'], '"base_url" says where a model is, but no model is named.', 'Add `model: <name>` beside it.');
  }
  for (const [modelClass, key] of Object.entries(config.classes)) {
    if (config.define[key] !== undefined) continue;
    const message = `The class "${modelClass}" uses the model "${key}", which is not defined.`;
    add(['classes', modelClass], message, `Defined are: ${names.join(', ')}.`);
  }
  for (const [name, entry] of Object.entries(config.define)) {
    if (entry.provider === 'scripted') continue;
    const at = name === model && base_url !== undefined ? ['base_url'] : ['models', name, 'base_url'];
    const lacks = entry.provider === 'openai-compatible' ? 'lacks "base_url"' : undefined;
    const flaw = entry.base_url === undefined ? lacks : urlFlaw(entry.base_url);
    if (flaw !== undefined) {
      const providers = PROVIDERS.filter((kind) => kind !== 'scripted' && kind !== 'openai-compatible').join(', ');
      const instead = entry.base_url === undefined ? `, or name a provider that has an address: ${providers}` : '';
      add(at, `The model "${name}" ${flaw}.`, `Write it like \`base_url: http://127.0.0.1:11434/v1\`${instead}.`);
    }
    problems.push(...keyFileProblems(layers, name, entry.api_key_file));
  }
  const flaw = config.embeddings === undefined ? undefined : urlFlaw(config.embeddings.base_url);
  if (flaw !== undefined) {
    add(['embeddings', 'base_url'], `"embeddings" ${flaw}.`, 'Write it like `base_url: http://127.0.0.1:11434/v1`.');
  }
  return problems;
}

/** A file that is shared with others cannot say which file of one's machine is sent to a server. */
function keyFileProblems(layers: readonly Layer[], name: string, keyFile: string | undefined): ConfigProblem[] {
  if (keyFile === undefined) return [];
  const path = ['models', name, 'api_key_file'];
  const where = whereOf(layers, path);
  const shared = layers.find(({ origin, value }) => origin === 'reyn.yaml' && getPath(value, path) !== undefined);
  if (shared !== undefined) {
    const message = `The model "${name}" has "api_key_file" in reyn.yaml, which others share.`;
    return [{ message, where, hint: 'Write it into reyn.local.yaml or your own config.yaml.' }];
  }
  if (keyFile.startsWith('/') || keyFile.startsWith('~/')) return [];
  const message = `The model "${name}" has an "api_key_file" that is neither absolute nor below ~/.`;
  return [{ message, where, hint: 'Write it like `api_key_file: ~/.config/reyn/key`.' }];
}

function urlFlaw(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'has a "base_url" that is not a URL';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'has a "base_url" that is not http or https';
  if (url.username !== '' || url.password !== '')
    return 'has a key in its "base_url"; keys belong into the environment';
  return undefined;
}

/** The layer that has the last word on `path`, or on its nearest ancestor. */
function whereOf(layers: readonly Layer[], path: readonly string[]): ConfigProblem['where'] {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const layer = layers.findLast((candidate) => getPath(candidate.value, part) !== undefined);
    if (layer?.source !== undefined) return { file: layer.file, ...placeOf(layer.source, part) };
  }
  return {};
}

/** Where the value at `path` comes from. */
export function originOf(layers: readonly Layer[], path: readonly string[]): Origin {
  return layers.findLast((layer) => getPath(layer.value, path) !== undefined)?.origin ?? 'default';
}
