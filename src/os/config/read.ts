import { UserError } from '../errors.ts';
import { canonicalJson, digest, getPath, isObject, type Json } from '../json.ts';
import { crossChecks } from './checks.ts';
import type { Config } from './config.ts';
import { effective, mergeLayers, originOf } from './effective.ts';
import {
  type ConfigProblem,
  type ConfigSources,
  type Layer,
  type Origin,
  readLayers,
  showKey,
  unknownKey,
} from './layer.ts';
import { type Profiles, readProfiles } from './profile.ts';
import { schemaAt } from './schema.ts';
import { trustedPart } from './trust.ts';

/**
 * The effective configuration: defaults, then the user's file, `reyn.yaml`, `reyn.local.yaml`; later ones win key by
 * key. With no model configured `default` is the empty string.
 * @throws UserError `config` with file, line and column of the first problem.
 */
export function readConfig(sources: ConfigSources): Config {
  return configOf(sources, readLayers(sources), readProfiles(sources.root));
}

/** The effective configuration of files that were read; what nobody trusted is left out. */
export function configOf(sources: ConfigSources, layers: readonly Layer[], profiles: Profiles = {}): Config {
  const problems = problemsIn(layers);
  const [first] = problems;
  if (first !== undefined) throw problemError(first, problems.length - 1);
  const { layers: counting, untrusted } = trustedPart(sources, layers);
  return effective(mergeLayers(counting), profiles, untrusted);
}

/** Everything wrong with the configuration, in the order of its files. */
export function checkConfig(sources: ConfigSources): readonly ConfigProblem[] {
  return problemsIn(readLayers(sources));
}

function problemsIn(layers: readonly Layer[]): readonly ConfigProblem[] {
  const own = layers.flatMap((layer) => layer.problems);
  return own.length > 0 ? own : crossChecks(layers, mergeLayers(layers));
}

function problemError(problem: ConfigProblem, more: number): UserError {
  const rest = more === 0 ? '' : ` (and ${more} more: \`reyn config check\`)`;
  return new UserError('config', problem.message + rest, {
    where: problem.where,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  });
}

const digests = new WeakMap<Config, string>();

/** Digest of a configuration: equal configurations, equal digest. */
export function configDigest(config: Config): string {
  const known = digests.get(config);
  if (known !== undefined) return known;
  const made = digest(canonicalJson(JSON.parse(JSON.stringify(config)) as Json));
  digests.set(config, made);
  return made;
}

/** One value of the effective configuration and where it comes from. `key` as in a file: `limits.usd`. */
export type ConfigValue = { readonly key: string; readonly value: Json; readonly origin: Origin };

/** Every value in effect, written as a configuration file has it, sorted as the schema is. */
export function showConfig(sources: ConfigSources): readonly ConfigValue[] {
  const layers = readLayers(sources);
  const { model, base_url } = mergeLayers(layers);
  const bare = asFile(configOf(sources, layers), base_url);
  return leaves(asFile(configOf(sources, layers, readProfiles(sources.root)), base_url), []).map(({ path, value }) => {
    const short = base_url !== undefined && path[1] === model && showKey(path.toSpliced(1, 1)) === 'models.base_url';
    const origin = originOf(layers, short ? ['base_url'] : path);
    const probed = origin === 'default' && getPath(bare, path) !== value;
    return { key: showKey(path), value, origin: probed ? 'probed' : origin };
  });
}

/**
 * The value in effect at a key, a part of the configuration when the key holds several; `undefined` when nothing is
 * set there.
 * @throws UserError `usage` for a key that cannot exist, `config`.
 */
export function getConfigKey(sources: ConfigSources, key: string): Json | undefined {
  const path = knownKey(key);
  const layers = readLayers(sources);
  const config = configOf(sources, layers, readProfiles(sources.root));
  return getPath(asFile(config, mergeLayers(layers).base_url), path) as Json | undefined;
}

/** The effective configuration in the shape of a file: `define` is `models`, `default` is `model`. */
function asFile(config: Config, baseUrl: string | undefined): Json {
  const { default: model, define, mcp, untrusted: _, ...rest } = config;
  return JSON.parse(
    JSON.stringify({
      ...(model === '' ? {} : { model }),
      ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
      models: define,
      ...rest,
      ...(Object.keys(mcp).length === 0 ? {} : { mcp: { servers: mcp } }),
    }),
  ) as Json;
}

function leaves(value: Json, path: string[]): { path: string[]; value: Json }[] {
  if (!isObject(value) || Object.keys(value).length === 0) {
    const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    return empty || path.length === 0 ? [] : [{ path, value }];
  }
  return Object.entries(value).flatMap(([key, member]) => leaves(member as Json, [...path, key]));
}

/** `limits.usd` → `['limits', 'usd']`; a part with a dot stands in double quotes. @throws UserError `usage`. */
export function parseKey(key: string): string[] {
  const parts = key.match(/"[^"\\]*"|[^."\s]+/g) ?? [];
  if (parts.length === 0 || parts.join('.') !== key) {
    throw new UserError('usage', `"${key}" is not a key.`, { hint: 'Write it like `limits.usd`.' });
  }
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1) : part));
}

/** @throws UserError `usage` when no such key can exist, with what was probably meant. */
export function knownKey(key: string): string[] {
  const path = parseKey(key);
  if (schemaAt(path) !== undefined) return path;
  const wrong = path.findIndex((_, index) => schemaAt(path.slice(0, index + 1)) === undefined);
  const { message, hint } = unknownKey(path.slice(0, wrong + 1));
  throw new UserError('usage', message, hint === undefined ? {} : { hint });
}
