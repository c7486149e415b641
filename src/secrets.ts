import fs from 'node:fs';
import { join, relative } from 'node:path';
import type { Config } from './os/config/config.ts';
import { userConfigDir } from './os/config/layer.ts';
import { readConfig } from './os/config/read.ts';
import { type Env, readKey } from './os/models/key.ts';
import { knownSecrets } from './os/secrets/known.ts';
import { isSearched, type KnownSecret, LEAST_KNOWN } from './os/secrets/known-values.ts';
import type { Redactor } from './os/secrets/port.ts';
import { openRedactor } from './os/secrets/redactor.ts';
import { isSecretName, openSecretStore, type WritableSecretStore } from './os/secrets/store.ts';

/** Secrets of a person: what is stored, what a redactor knows, and whether any has got into a project. */

export type { Redactor, WritableSecretStore };
export { isSecretName, readKey };

export type SecretsEnv = { readonly root: string; readonly env: Env };

/** The secrets that the user stored. Nothing is read before it is asked. */
export function openSecrets({ root, env }: SecretsEnv): WritableSecretStore {
  return openSecretStore({ dir: userConfigDir(env), root });
}

/** Holders of keys that the configuration names. */
function keyVariables(config: Config | undefined): string[] {
  if (config === undefined) return [];
  const models = Object.values(config.define).map(({ api_key_env: name }) => name);
  return config.embeddings === undefined ? models : [...models, config.embeddings.api_key_env];
}

/** Keys that lie in files the configuration names, as far as they can be read. */
function fileKeys(config: Config | undefined, env: Env): KnownSecret[] {
  return Object.entries(config?.define ?? {}).flatMap(([name, model]) => {
    if (model.api_key_file === undefined) return [];
    const found = readKey(model, env);
    return found.ok && found.key !== undefined ? [{ name: `key_of_${name}`, value: found.key }] : [];
  });
}

/**
 * What takes secrets out of everything that a project keeps or shows: it knows those of the environment, the
 * configuration and the store. @throws UserError `config` when the store may be read by others.
 */
export function projectRedactor(
  { root, env, config }: SecretsEnv & { readonly config: Config | undefined },
  found?: (label: string) => void,
): Redactor {
  const named = knownSecrets({ env, variables: keyVariables(config), store: openSecrets({ root, env }) });
  const known = [...named, ...fileKeys(config, env)];
  return openRedactor({ known, ...(found === undefined ? {} : { found }) });
}

/** A redactor that is made when it is first needed: most commands need none. */
export function lazyRedactor(make: () => Redactor): Redactor {
  let made: Redactor | undefined;
  const redactor = () => {
    made ??= make();
    return made;
  };
  return {
    text: (text) => redactor().text(text),
    value: (value) => redactor().value(value),
    stream: () => redactor().stream(),
  };
}

/** The same for the configuration of the files. @throws UserError `config`. */
export function redactorOf(sources: SecretsEnv, found?: (label: string) => void): Redactor {
  return projectRedactor({ ...sources, config: readConfig(sources) }, found);
}

/**
 * The same where configuration or store are at fault: it then knows what the environment and the other one say. For
 * what is told of such a fault; never throws.
 */
export function redactorDespite(sources: SecretsEnv): Redactor {
  const { root, env } = sources;
  const none = { names: () => [], get: () => undefined };
  const ways = [
    () => redactorOf(sources),
    () => projectRedactor({ root, env, config: undefined }),
    () => openRedactor({ known: knownSecrets({ env, variables: [], store: none }) }),
  ];
  for (const way of ways) {
    try {
      return way();
    } catch {
      // the next one needs less
    }
  }
  return openRedactor({ known: [] });
}

/** What `reyn secrets check` finds out about one stored secret. */
export type SecretCheck = {
  readonly name: string;
  readonly stored: boolean;
  /** Whether it is long and uncommon enough to be looked for wherever it turns up. */
  readonly searched: boolean;
  /** Places below `.reyn/` where it stands, `file:line` from the project. */
  readonly leaks: readonly string[];
};

/** Values from this length on are told apart from short ones; the length itself is nobody's business. */
const LONG = 20;

/** How long a secret is, without saying so. */
export function lengthClass(value: string): 'too short to be searched for' | 'short' | 'long' {
  if (value.trim().length < LEAST_KNOWN) return 'too short to be searched for';
  return value.length < LONG ? 'short' : 'long';
}

/** Checks stored secrets: that they are there, are searched for, and stand nowhere in what the project has kept. */
export function checkSecrets(sources: SecretsEnv, names: readonly string[]): readonly SecretCheck[] {
  const store = openSecrets(sources);
  const files = filesBelow(join(sources.root, '.reyn'));
  return names.map((name) => {
    const value = store.get(name);
    if (value === undefined) return { name, stored: false, searched: false, leaks: [] };
    const searched = isSearched(value);
    const redactor = openRedactor({ known: [{ name, value }] });
    const leaks = searched ? files.flatMap((file) => leaksIn(file, sources.root, name, redactor)) : [];
    return { name, stored: true, searched, leaks };
  });
}

function filesBelow(dir: string): string[] {
  const entries = fs.existsSync(dir) ? fs.readdirSync(dir, { withFileTypes: true }) : [];
  return entries.flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Lines in which a redactor that knows one secret takes it out, in whatever encoding. */
function leaksIn(file: string, root: string, name: string, redactor: Redactor): string[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const placeholder = `[secret:${name}]`;
  return lines.flatMap((line, i) => {
    const before = line.split(placeholder).length;
    return redactor.text(line).split(placeholder).length > before ? [`${relative(root, file)}:${i + 1}`] : [];
  });
}

/** Where stored secrets are referred to in skills of the project: `${secret:NAME}`, as paths from the project. */
export function secretUses(root: string): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  const files = [...['reyn/project', 'reyn/local'].flatMap((dir) => filesBelow(join(root, dir)))];
  for (const file of files) {
    const text = fs.readFileSync(file, 'utf8');
    if (!text.includes('${secret:')) continue;
    for (const name of new Set(
      [...text.matchAll(/\$\{secret:([A-Za-z_]\w{0,63})\}/g)].map(([, found]) => found ?? ''),
    )) {
      uses.set(name, [...(uses.get(name) ?? []), relative(root, file)]);
    }
  }
  return uses;
}
