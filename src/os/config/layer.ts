import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UserError, type Where } from '../errors.ts';
import { sha256 as digestOf, isObject, type Json } from '../json.ts';
import { misfits } from '../shape.ts';
import { nearest } from '../suggest.ts';
import { placeOf, readYaml, sentenceOf, type YamlSource } from '../yaml.ts';
import { CONFIG_FILE, type ConfigFile, keysAt } from './schema.ts';

/** Where a value of the configuration comes from. Later ones win. */
export const ORIGINS = ['default', 'probed', 'user', 'reyn.yaml', 'reyn.local.yaml'] as const;
export type Origin = (typeof ORIGINS)[number];

/** One thing wrong with a configuration file. */
export type ConfigProblem = { readonly message: string; readonly where: Where; readonly hint?: string };

/** One configuration file, read. Keys without a value are left out, so `limits:` over comments only is fine. */
export type Layer = {
  readonly origin: Origin;
  /** As shown to people: relative to the project where it lies inside. */
  readonly file: string;
  readonly path: string;
  readonly value: ConfigFile;
  /** Digest of its text, hex. */
  readonly sha256: string;
  readonly source: YamlSource | undefined;
  readonly problems: readonly ConfigProblem[];
};

export type ConfigSources = {
  /** Project root, absolute. */
  readonly root: string;
  /** Folder of the user's `config.yaml`; from `env` when absent. */
  readonly userDir?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** `$XDG_CONFIG_HOME/reyn`, else `~/.config/reyn`; `undefined` where there is no home. */
export function userConfigDir(env: ConfigSources['env']): string | undefined {
  if (env.XDG_CONFIG_HOME?.startsWith('/')) return join(env.XDG_CONFIG_HOME, 'reyn');
  return env.HOME === undefined || env.HOME === '' ? undefined : join(env.HOME, '.config', 'reyn');
}

/** Files of the configuration, weakest first. */
export function configFiles(sources: ConfigSources): readonly { origin: Origin; path: string }[] {
  const userDir = sources.userDir ?? userConfigDir(sources.env);
  return [
    ...(userDir === undefined ? [] : [{ origin: 'user' as const, path: join(userDir, 'config.yaml') }]),
    { origin: 'reyn.yaml', path: join(sources.root, 'reyn.yaml') },
    { origin: 'reyn.local.yaml', path: join(sources.root, 'reyn.local.yaml') },
  ];
}

/**
 * Reads and checks every configuration file there is. `replace` stands in for the text of one file.
 * @throws UserError `disk` when a file is there and cannot be read.
 */
export function readLayers(sources: ConfigSources, replace?: { path: string; text: string }): readonly Layer[] {
  return configFiles(sources).flatMap(({ origin, path }) => {
    const text = replace?.path === path ? replace.text : textOf(path);
    if (text === undefined) return [];
    const inside = relative(sources.root, path);
    return [parseLayer(origin, path, inside.startsWith('..') ? path : inside, text)];
  });
}

/** The text of a file; `undefined` when there is none. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError('disk', `The configuration cannot be read: ${(error as Error).message}.`, {
      where: { file: path },
      hint: 'Make it a file you may read, or remove it.',
      cause: error,
    });
  }
}

function parseLayer(origin: Origin, path: string, file: string, text: string): Layer {
  const read = readYaml(text);
  const sha256 = digestOf(text);
  if (!read.ok) {
    const problems = read.problems.map((problem) => {
      const { line, column } = problem;
      return { message: sentenceOf(problem), where: { file, line, column } };
    });
    return { origin, path, file, value: {}, sha256, source: undefined, problems };
  }
  const { source } = read;
  const value = withoutNulls(source.value ?? {});
  const problems = problemsOf(value).map(({ path: at, message, hint }) => ({
    message,
    where: { file, ...placeOf(source, at) },
    ...(hint === undefined ? {} : { hint }),
  }));
  return { origin, path, file, value: problems.length === 0 ? (value as ConfigFile) : {}, sha256, source, problems };
}

function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member as Json)]));
}

type Flaw = { path: string[]; message: string; hint?: string };

/** What is wrong with the value of one file by itself. */
export function problemsOf(value: Json): readonly Flaw[] {
  if (!isObject(value)) return [{ path: [], message: 'The file must hold keys and values, like `model: qwen3`.' }];
  const found = misfits(CONFIG_FILE, value);
  const unknown = found.filter((misfit) => misfit.unknown === true); // often the reason for the others
  if (unknown.length > 0) return unknown.map(({ path }) => unknownKey(path));
  return found.map(({ path, message }) => ({ path, message: `"${showKey(path)}" ${message}.` }));
}

/** The finding for a key that does not exist, with what was probably meant. */
export function unknownKey(path: string[]): Flaw {
  const key = path.at(-1) ?? '';
  const parent = path.slice(0, -1);
  const message = `"${showKey(path)}" is not a key of the configuration.`;
  if (/^(api_?key|token|secret|password)$/i.test(key)) {
    const hint = 'Put the key into an environment variable and its name into `api_key_env`.';
    return { path, message: `${message} A key is never written into a file of the project.`, hint };
  }
  const known = keysAt(parent);
  const meant = nearest(key, known);
  const elsewhere = parent.length === 0 ? keysAt(['limits']).find((limit) => limit === key) : undefined;
  if (elsewhere !== undefined) return { path, message, hint: `Did you mean "limits.${elsewhere}"?` };
  if (meant !== undefined) return { path, message, hint: `Did you mean "${showKey([...parent, meant])}"?` };
  return { path, message, hint: `Keys here: ${known.join(', ')}.` };
}

/** A path as people write it: `limits.usd`, `models."gpt-4.1".timeout`. */
export function showKey(path: readonly string[]): string {
  return path.map((part) => (/^[^."\s]+$/.test(part) ? part : JSON.stringify(part))).join('.');
}
