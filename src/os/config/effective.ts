import { getPath } from '../json.ts';
import type { Config, ModelConfig } from './config.ts';
import { EXEC_DEFAULTS } from './exec.ts';
import type { Layer, Origin } from './layer.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Profiles, probedDefaults } from './profile.ts';
import { type ConfigFile, isFromFile, type ModelEntry } from './schema.ts';

/** The model that answers from a file of the skill; always defined. */
export const SCRIPTED = 'scripted';
/** The model that plays a simulated world from a file of the skill; always defined. */
export const WORLD = 'world';

const MODEL_DEFAULTS = {
  provider: 'openai-compatible',
  encoding: 'tools',
  max_output_tokens: 4096,
  timeout: 120,
} as const;

/** Environment variables in which each provider's key is looked for unless config names another. */
export const KEY_ENV: Readonly<Record<ModelConfig['provider'], string>> = {
  scripted: 'REYN_API_KEY',
  world: 'REYN_API_KEY',
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
  const sticky: Pick<ConfigFile, 'separation_of_duties'> = {}; // no file takes it back
  for (const { value } of layers) {
    const { models, classes, limits, policy, grants, mcp, exec, retention, self_improvement, ...rest } = value;
    const { eval: evaluating, ...plain } = rest;
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
    if (value.separation_of_duties === true) sticky.separation_of_duties = true;
    if (grants !== undefined) merged.grants = { ...merged.grants, ...grants };
    if (self_improvement !== undefined) {
      merged.self_improvement = { ...merged.self_improvement, ...self_improvement };
    }
    if (evaluating !== undefined) {
      const allow = [...(merged.eval?.allow ?? []), ...(evaluating.allow ?? [])];
      merged.eval = { ...merged.eval, ...evaluating, allow };
    }
    if (exec !== undefined) merged.exec = { ...merged.exec, ...exec };
    if (mcp?.servers !== undefined) merged.mcp = { servers: { ...merged.mcp?.servers, ...mcp.servers } };
  }
  return Object.assign(merged, sticky);
}

function mergeModels(below: Record<string, ModelEntry>, above: Record<string, ModelEntry>): Record<string, ModelEntry> {
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(names.map((name) => [name, { ...below[name], ...above[name] }]));
}

/**
 * The configuration that files merged into, with what probing found and defaults. Not checked.
 * @param untrusted what was left out of `file` because nobody trusted it.
 */
export function effective(file: ConfigFile, profiles: Profiles = {}, untrusted: readonly string[] = []): Config {
  const entries = Object.entries(file.models ?? {});
  const define: Record<string, ModelConfig> = {
    [SCRIPTED]: modelOf(SCRIPTED, { provider: 'scripted' }, {}),
    [WORLD]: modelOf(WORLD, { provider: 'world' }, {}),
    ...Object.fromEntries(entries.map(([name, entry]) => [name, modelOf(name, entry, profiles)])),
  };
  const { model, base_url, embeddings } = file;
  if (model !== undefined && base_url !== undefined && model !== SCRIPTED && model !== WORLD) {
    define[model] = modelOf(model, { ...file.models?.[model], base_url }, profiles);
  }
  return {
    default: model ?? '',
    classes: file.classes ?? {},
    define,
    limits: { ...DEFAULT_LIMITS, ...file.limits },
    policy: {
      allow: file.policy?.allow ?? [],
      deny: file.policy?.deny ?? [],
    },
    separation_of_duties: file.separation_of_duties ?? false,
    grants: { days: file.grants?.days ?? 90 },
    mcp: file.mcp?.servers ?? {},
    ...(file.search === undefined ? {} : { search: file.search }),
    sandbox: file.sandbox ?? 'auto',
    exec: { ...EXEC_DEFAULTS, ...file.exec },
    self_improvement: {
      on_propose: 'ask_user',
      max_versions: 10,
      engine: 'race',
      ...file.self_improvement,
      budget: { calls: 1200, ...file.self_improvement?.budget },
    },
    eval: { concurrency: 8, timeout: 300, allow: [], ...file.eval },
    untrusted,
    on_ask: file.on_ask ?? 'suspend',
    ...(file.retention === undefined ? {} : { retention: file.retention }),
    ...(file.router === undefined ? {} : { router: file.router }),
    ...(file.improver === undefined ? {} : { improver: file.improver }),
    ...(file.language === undefined ? {} : { language: file.language }),
    ...(embeddings === undefined
      ? {}
      : { embeddings: { api_key_env: KEY_ENV[MODEL_DEFAULTS.provider], ...embeddings } }),
  };
}

function modelOf(name: string, entry: ModelEntry, profiles: Profiles): ModelConfig {
  const provider = entry.provider ?? MODEL_DEFAULTS.provider;
  const defaults = { ...MODEL_DEFAULTS, api_key_env: KEY_ENV[provider] };
  if (isFromFile(provider)) return { ...defaults, ...entry, provider };
  const asked = { model: name, ...entry, provider };
  return { ...defaults, ...probedDefaults(profiles[name], asked), ...asked };
}

/** Where the value at `path` comes from. */
export function originOf(layers: readonly Layer[], path: readonly string[]): Origin {
  return layers.findLast((layer) => getPath(layer.value, path) !== undefined)?.origin ?? 'default';
}
