import { getPath } from '../json.ts';
import { placeOf } from '../yaml.ts';
import type { Config, ModelConfig } from './config.ts';
import type { ConfigProblem, Layer, Origin } from './layer.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { ConfigFile, ModelEntry } from './schema.ts';

/** The model that answers from a file of the skill; always defined. */
export const SCRIPTED = 'scripted';

const MODEL_DEFAULTS = {
  provider: 'openai-compatible',
  encoding: 'tools',
  max_output_tokens: 4096,
  timeout: 120,
  api_key_env: 'REYN_API_KEY',
} as const;

/**
 * One configuration out of several files, later ones winning key by key; policy rules of all files hold together, so
 * that no file can take back another's `deny`.
 */
export function mergeLayers(layers: readonly Layer[]): ConfigFile {
  const merged: ConfigFile = {};
  for (const { value } of layers) {
    const { models, classes, limits, policy, ...plain } = value;
    Object.assign(merged, plain);
    if (models !== undefined) merged.models = mergeModels(merged.models ?? {}, models);
    if (classes !== undefined) merged.classes = { ...merged.classes, ...classes };
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

/** The configuration that files merged into, with defaults. Not checked. */
export function effective(file: ConfigFile): Config {
  const entries = Object.entries(file.models ?? {});
  const define: Record<string, ModelConfig> = {
    [SCRIPTED]: { ...MODEL_DEFAULTS, provider: 'scripted' },
    ...Object.fromEntries(entries.map(([name, entry]) => [name, modelOf(name, entry)])),
  };
  const { model, base_url, embeddings } = file;
  if (model !== undefined && base_url !== undefined && model !== SCRIPTED) {
    define[model] = modelOf(model, { ...file.models?.[model], base_url });
  }
  return {
    default: model ?? '',
    classes: file.classes ?? {},
    define,
    limits: { ...DEFAULT_LIMITS, ...file.limits },
    policy: { allow: file.policy?.allow ?? [], deny: file.policy?.deny ?? [] },
    on_ask: file.on_ask ?? 'suspend',
    ...(file.router === undefined ? {} : { router: file.router }),
    ...(file.language === undefined ? {} : { language: file.language }),
    ...(embeddings === undefined ? {} : { embeddings: { api_key_env: MODEL_DEFAULTS.api_key_env, ...embeddings } }),
  };
}

function modelOf(name: string, entry: ModelEntry): ModelConfig {
  if (entry.provider === 'scripted') return { ...MODEL_DEFAULTS, ...entry, provider: 'scripted' };
  return { ...MODEL_DEFAULTS, model: name, ...entry, provider: 'openai-compatible' };
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
    const hint = `Add \`base_url: http://…/v1\` beside it, or define \`models.${model}\`; \`model: scripted\` needs nothing.`;
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
    const at = name === model && base_url !== undefined ? ['base_url'] : ['models', name, 'base_url'];
    if (entry.provider === 'scripted') continue;
    const flaw = entry.base_url === undefined ? 'lacks "base_url"' : urlFlaw(entry.base_url);
    if (flaw === undefined) continue;
    add(at, `The model "${name}" ${flaw}.`, 'Write it like `base_url: http://127.0.0.1:11434/v1`.');
  }
  const flaw = config.embeddings === undefined ? undefined : urlFlaw(config.embeddings.base_url);
  if (flaw !== undefined) {
    add(['embeddings', 'base_url'], `"embeddings" ${flaw}.`, 'Write it like `base_url: http://127.0.0.1:11434/v1`.');
  }
  return problems;
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
