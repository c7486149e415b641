import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { EXEC_DEFAULTS } from './exec.ts';
import { type ConfigSources, type Layer, showKey, userConfigDir } from './layer.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { ConfigFile } from './schema.ts';

/**
 * Whether files of a project may widen what runs may do. They come with the project, from whoever wrote it: until a
 * person on this machine trusts exactly this content, what they allow, and where they would send data or keys, does
 * not count. What they deny or tighten always does.
 *
 *  - T1 Trust is kept in the user's own folder, by project and SHA-256 of each file; a changed file is not trusted.
 *  - T2 `REYN_TRUST_PROJECT=1` in the environment trusts the project as it stands, for machines that are thrown away.
 */

const FILE = 'trusted.json';

/** A file of the project and its keys that widen; files without such keys, and the user's own, are left out. */
export type Widening = { readonly layer: Layer; readonly keys: readonly string[] };

export function wideningIn(layers: readonly Layer[]): readonly Widening[] {
  const own = layers.find(({ origin }) => origin === 'user')?.value;
  const floor: Floor = {
    limits: { ...DEFAULT_LIMITS, ...own?.limits },
    exec: { ...EXEC_DEFAULTS, ...own?.exec },
    on_propose: own?.self_improvement?.on_propose ?? 'ask_user',
  };
  return layers.flatMap((layer) => {
    const keys = wideningKeys(layer, floor);
    return keys.length === 0 ? [] : [{ layer, keys }];
  });
}

/** What holds without the project's files: more of it widens, less tightens. */
type Floor = Readonly<Record<'limits' | 'exec', Readonly<Record<string, unknown>>>> & {
  readonly on_propose: (typeof POLICIES)[number];
};

/** What becomes of a proved change, from the tightest. */
const POLICIES = ['disabled', 'ask_user', 'auto'] as const;
const ON_PROPOSE = 'self_improvement.on_propose';
const EVAL_ALLOW = 'eval.allow';

function wideningKeys({ origin, value }: Layer, floor: Floor): readonly string[] {
  if (origin !== 'reyn.yaml' && origin !== 'reyn.local.yaml') return [];
  const {
    policy,
    eval: evals,
    self_improvement: improving,
    base_url,
    models = {},
    embeddings,
    mcp,
    search,
    grants,
    retention,
  } = value;
  const raised = (['limits', 'exec'] as const).flatMap((part) =>
    Object.entries(value[part] ?? {}).flatMap(([key, given]) =>
      isRaised(given, floor[part][key]) ? [showKey([part, key])] : [],
    ),
  );
  const reaching = Object.entries(models).filter(
    ([, { base_url: url, api_key_env: env, api_key_file: file }]) => (url ?? env ?? file) !== undefined,
  );
  return [
    ...((policy?.allow ?? []).length > 0 ? ['policy.allow'] : []),
    ...((evals?.allow ?? []).length > 0 ? [EVAL_ALLOW] : []),
    ...(isLooser(improving?.on_propose, floor.on_propose) ? [ON_PROPOSE] : []),
    ...(base_url === undefined ? [] : ['base_url']),
    ...reaching.map(([name]) => showKey(['models', name])),
    ...(embeddings === undefined ? [] : ['embeddings']),
    ...Object.keys(mcp?.servers ?? {}).map((name) => showKey(['mcp', 'servers', name])),
    ...(search === undefined ? [] : ['search']),
    ...(grants === undefined ? [] : ['grants']),
    ...(retention === undefined ? [] : ['retention']),
    ...raised,
  ];
}

function isLooser(given: Floor['on_propose'] | undefined, floor: Floor['on_propose']): boolean {
  return given !== undefined && POLICIES.indexOf(given) > POLICIES.indexOf(floor);
}

function isRaised(given: unknown, floor: unknown): boolean {
  return typeof given === 'number' && typeof floor === 'number' && given > floor;
}

/** Layers as they count: what widens is left out of those that are not trusted, except models, which say so when used. */
export function trustedPart(
  sources: ConfigSources,
  layers: readonly Layer[],
): { readonly layers: readonly Layer[]; readonly untrusted: readonly string[] } {
  const widening = wideningIn(layers).filter(({ layer }) => !isTrusted(sources, layer));
  if (widening.length === 0) return { layers, untrusted: [] };
  const doubtful = widening.map(({ layer }) => layer);
  const kept = layers.map((layer) => {
    const keys = widening.find((each) => each.layer === layer)?.keys;
    return keys === undefined ? layer : { ...layer, value: narrowed(layer.value, keys) };
  });
  // an address beside `model` is that of whichever model is named last, in whatever file
  const addressed = layers.findLast(({ value }) => value.base_url !== undefined);
  const named = layers.findLast(({ value }) => value.model !== undefined)?.value.model;
  const isStray = addressed !== undefined && doubtful.includes(addressed) && named !== undefined;
  const short = isStray ? [showKey(['models', named])] : [];
  return { layers: kept, untrusted: [...new Set([...widening.flatMap(({ keys }) => keys), ...short])] };
}

function narrowed(value: ConfigFile, keys: readonly string[]): ConfigFile {
  const {
    policy,
    eval: evals,
    self_improvement: improving,
    embeddings: _e,
    mcp: _m,
    search: _s,
    grants: _g,
    retention: _r,
    limits,
    exec,
    ...rest
  } = value;
  const { allow: _a, ...denying } = policy ?? {};
  const { allow: _b, ...measuring } = evals ?? {};
  return {
    ...rest,
    ...(policy === undefined ? {} : { policy: denying }),
    ...(evals === undefined ? {} : { eval: measuring }),
    ...(improving === undefined ? {} : { self_improvement: without(improving, 'self_improvement', keys) }),
    ...(limits === undefined ? {} : { limits: without(limits, 'limits', keys) }),
    ...(exec === undefined ? {} : { exec: without(exec, 'exec', keys) }),
  };
}

/** The members of a part that do not widen. */
function without<T extends object>(part: T, name: string, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(part).filter(([key]) => !keys.includes(showKey([name, key])))) as T;
}

/** Whether this content of a project's file is trusted. */
export function isTrusted(sources: ConfigSources, layer: Pick<Layer, 'origin' | 'sha256'>): boolean {
  if (sources.env.REYN_TRUST_PROJECT === '1') return true;
  const known = readTrusted(sources)[projectOf(sources)];
  return known?.[layer.origin] === layer.sha256;
}

/**
 * Trusts files of the project as they stand. @returns the file this is kept in.
 * @throws UserError `config` where the user has no folder of their own; `disk`.
 */
export function trustFiles(sources: ConfigSources, layers: readonly Pick<Layer, 'origin' | 'sha256'>[]): string {
  const files = Object.fromEntries(layers.map(({ origin, sha256 }) => [origin, sha256]));
  return change(sources, (known) => ({ ...known, [projectOf(sources)]: files }));
}

/** Takes back all trust in the project's files. */
export function distrustFiles(sources: ConfigSources): string {
  return change(sources, ({ [projectOf(sources)]: _, ...others }) => others);
}

type Trusted = Readonly<Record<string, Readonly<Record<string, string>>>>;

function projectOf({ root }: ConfigSources): string {
  return realRoot(root);
}

/** The folder of a project by its one true name; as it was given where it does not exist. */
export function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

function folderOf(sources: ConfigSources): string | undefined {
  return sources.userDir ?? userConfigDir(sources.env);
}

function readTrusted(sources: ConfigSources): Trusted {
  const folder = folderOf(sources);
  if (folder === undefined) return {};
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch {
    return {}; // nothing is trusted that cannot be read
  }
  try {
    const { projects } = JSON.parse(text) as { projects?: Json };
    if (!isObject(projects)) return {};
    return Object.fromEntries(
      Object.entries(projects).flatMap(([root, files]) => (isObject(files) ? [[root, files as never]] : [])),
    );
  } catch {
    return {};
  }
}

function change(sources: ConfigSources, next: (known: Trusted) => Trusted): string {
  const folder = folderOf(sources);
  if (folder === undefined) {
    throw new UserError(
      'config',
      'there is no folder of your own to keep trust in: neither HOME nor XDG_CONFIG_HOME is set',
      {
        hint: 'Set HOME, or REYN_TRUST_PROJECT=1 on a machine that is thrown away.',
      },
    );
  }
  const path = join(folder, FILE);
  const text = `${JSON.stringify({ version: 1, projects: next(readTrusted(sources)) }, null, 2)}\n`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const temp = `${path}.${process.pid}.tmp`;
    const descriptor = openSync(temp, 'w', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temp, path);
  } catch (error) {
    throw new UserError('disk', `cannot write ${path}: ${(error as Error).message}`, {
      where: { file: path },
      cause: error,
    });
  }
  return path;
}
