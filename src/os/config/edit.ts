import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type Json, sameJson, setPath } from '../json.ts';
import { readYaml } from '../yaml.ts';
import { setInYaml } from '../yaml-edit.ts';
import { type ConfigSources, problemsOf, readLayers, showKey, textOf } from './layer.ts';
import { configOf, knownKey } from './read.ts';
import { replaceFile } from './replace.ts';
import { schemaAt } from './schema.ts';

/**
 * Changes one value of `reyn.yaml` and nothing else: comments, order and formatting of every other line stay.
 *
 *  E1 The text is edited by positions, then read again; unless exactly the one value differs, nothing is written.
 *  E2 The whole configuration must be valid with the new text before it replaces the old.
 *  E3 The replacement is atomic and durable.
 */

export type ConfigEdit = { readonly key: string; readonly value: Json; readonly file: string };

/**
 * @param key as in the file, `limits.usd`; @param value text as it would stand behind `key:`.
 * @throws UserError `usage` for an unknown key or one that holds several values, `config` for a value that does not
 * fit, `disk`.
 */
export function setConfigKey(sources: ConfigSources, key: string, value: string): ConfigEdit {
  const path = knownKey(key);
  const file = join(sources.root, 'reyn.yaml');
  const before = textOf(file) ?? '';
  const read = readYaml(before);
  if (!read.ok) configOf(sources, readLayers(sources)); // says what is wrong with the file as it is
  if (!read.ok) throw cannotEdit(key);
  const next = meant(path, value);
  const expected = setPath(read.source.value ?? {}, path, next);
  const flaw = problemsOf(expected).find((problem) => path.every((part, index) => problem.path[index] === part));
  if (flaw !== undefined) throw new UserError('config', flaw.message, { hint: flaw.hint ?? 'Nothing was changed.' });
  const after = setInYaml(read.source, path, next);
  const again = after === undefined ? undefined : readYaml(after);
  if (after === undefined || again?.ok !== true || !sameJson(again.source.value, expected)) throw cannotEdit(key);
  configOf(sources, readLayers(sources, { path: file, text: after }));
  if (after !== before) replaceFile(file, after);
  return { key: showKey(path), value: next, file: 'reyn.yaml' };
}

function cannotEdit(key: string): UserError {
  return new UserError('usage', `reyn.yaml is written in a way that "${key}" cannot be changed from here.`, {
    where: { file: 'reyn.yaml' },
    hint: 'Change it in the file.',
  });
}

/** The value that `text` means at `path`: text where the key takes text, else what YAML says. */
function meant(path: readonly string[], text: string): Json {
  const type = schemaAt(path)?.type;
  if (type === 'object' || type === 'array') {
    throw new UserError('usage', `"${showKey(path)}" holds several values.`, {
      hint: 'Set one of them, or change it in reyn.yaml.',
    });
  }
  const read = readYaml(text);
  return type === 'string' || !read.ok ? text : (read.source.value ?? '');
}
