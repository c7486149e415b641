import { getPath } from '../json.ts';
import { nearest } from '../suggest.ts';
import { placeOf } from '../yaml.ts';
import { effective } from './effective.ts';
import type { ConfigProblem, Layer } from './layer.ts';
import { type ConfigFile, isFromFile, PROVIDERS } from './schema.ts';
import { OP_KINDS } from './schema-governance.ts';

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
    if (entry.provider !== undefined && isFromFile(entry.provider)) continue;
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
  problems.push(...policyProblems(layers), ...serverProblems(layers, file));
  const shared = layers.find(({ origin, value }) => origin !== 'user' && value.sandbox === 'none');
  if (shared !== undefined) {
    const message = '"sandbox: none" stands in a file of the project.';
    add(['sandbox'], message, 'Only your own config.yaml can let programs run unconfined.');
  }
  const searchFlaw = file.search === undefined ? undefined : urlFlaw(file.search.base_url);
  if (searchFlaw !== undefined) {
    add(['search', 'base_url'], `"search" ${searchFlaw}.`, 'Write it like `base_url: http://127.0.0.1:8888`.');
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

/** A day, or a moment with its offset. */
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A rule speaks of something, and of an op there is. */
function policyProblems(layers: readonly Layer[]): ConfigProblem[] {
  return layers.flatMap((layer) =>
    (['allow', 'deny'] as const).flatMap((list) =>
      (layer.value.policy?.[list] ?? []).flatMap((rule, at) => {
        const place = {
          file: layer.file,
          ...(layer.source === undefined ? {} : placeOf(layer.source, ['policy', list, `${at}`])),
        };
        const found = (message: string, hint: string) => [{ message, where: place, hint }];
        if (rule.need === undefined && rule.op === undefined) {
          return found(
            'This rule names neither a `need` nor an `op`.',
            'Write e.g. `need: file.write` or `op: write_file`.',
          );
        }
        if (list === 'deny' && rule.expires !== undefined) {
          return found('A deny rule does not expire.', 'Delete `expires`, or the rule when its time is over.');
        }
        if (rule.expires !== undefined && !MOMENT.test(rule.expires)) {
          return found(`"${rule.expires}" is no date.`, 'Write it like `2027-01-31` or `2027-01-31T18:00:00Z`.');
        }
        if (rule.op === undefined || OP_KINDS.some((kind) => kind === rule.op)) return [];
        const meant = nearest(rule.op, OP_KINDS);
        return found(
          `There is no op "${rule.op}".`,
          meant === undefined ? `Ops: ${OP_KINDS.join(', ')}.` : `Did you mean "${meant}"?`,
        );
      }),
    ),
  );
}

function serverProblems(layers: readonly Layer[], { mcp }: ConfigFile): ConfigProblem[] {
  return Object.entries(mcp?.servers ?? {}).flatMap(([name, { command, url, args, env, headers, pin }]) => {
    const where = whereOf(layers, ['mcp', 'servers', name]);
    const found = (message: string, hint: string) => [{ message, where, hint }];
    if ((command === undefined) === (url === undefined)) {
      return found(`The MCP server "${name}" needs either a \`command\` or a \`url\`.`, 'Write one of the two.');
    }
    const flaw = url === undefined ? undefined : urlFlaw(url)?.replace('"base_url"', '"url"');
    if (flaw !== undefined) return found(`The MCP server "${name}" ${flaw}.`, 'Write it like `url: https://host/mcp`.');
    if (url !== undefined && (args ?? env) !== undefined) {
      return found(`The MCP server "${name}" has a \`url\`, and so no \`args\` or \`env\`.`, 'Delete them.');
    }
    if (command !== undefined && headers !== undefined) {
      return found(`The MCP server "${name}" is a program, and so has no \`headers\`.`, 'Delete them.');
    }
    if (pin !== undefined && !/^[0-9a-f]{64}$/.test(pin)) {
      return found(`The pin of the MCP server "${name}" is none.`, 'Copy it from `reyn mcp list`.');
    }
    return [];
  });
}

function urlFlaw(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'has a "base_url" that is not a URL';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'has a "base_url" that is not http or https';
  if (url.username !== '' || url.password !== '')
    return 'has a key in its "base_url"; keys belong into the environment';
  if ([...url.searchParams.keys()].some((name) => SECRET_PARAMETER.test(name)) || SECRET_PARAMETER.test(hashName(url)))
    return 'has a key in the query of its "base_url"; keys belong into the environment';
  return undefined;
}

/** Names of parameters by which servers take a credential. */
const SECRET_PARAMETER =
  /(?:^|[-_.])(?:\w*key|\w*token|\w*secret|sig|signature|pass\w*|pwd|auth|code|credentials?|jwt|sas)$/i;

function hashName({ hash }: URL): string {
  return /^#([^=]*)=/.exec(hash)?.[1] ?? '';
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
