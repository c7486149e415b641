import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type Json, sameJson, setPath } from '../json.ts';
import { nodeAt, readYaml, type YamlSource } from '../yaml.ts';
import type { YamlNode } from '../yaml-places.ts';
import { columnOf, lineEnd, scalarText, withNewline } from '../yaml-text.ts';
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
  if (!read.ok) configOf(readLayers(sources)); // says what is wrong with the file as it is
  if (!read.ok) throw cannotEdit(key);
  const next = meant(path, value);
  const expected = setPath(read.source.value ?? {}, path, next);
  const flaw = problemsOf(expected).find((problem) => path.every((part, index) => problem.path[index] === part));
  if (flaw !== undefined) throw new UserError('config', flaw.message, { hint: flaw.hint ?? 'Nothing was changed.' });
  const after = edited(read.source, path, next);
  const again = after === undefined ? undefined : readYaml(after);
  if (after === undefined || again?.ok !== true || !sameJson(again.source.value, expected)) throw cannotEdit(key);
  configOf(readLayers(sources, { path: file, text: after }));
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

/** The text with `path` set; `undefined` when it would take more than a line. */
function edited(source: YamlSource, path: readonly string[], value: Json): string | undefined {
  const { text } = source;
  const there = nodeAt(source, path);
  if (there?.kind === 'scalar' && there.key !== undefined) {
    if (there.span.start >= 0) return splice(text, there.span.start, there.span.end, scalarText(value, false));
    const colon = text.indexOf(':', there.key.end);
    return colon < 0 ? undefined : splice(text, colon + 1, colon + 1, ` ${scalarText(value, false)}`);
  }
  if (there !== undefined) return undefined;
  let depth = path.length - 1;
  while (depth > 0 && nodeAt(source, path.slice(0, depth)) === undefined) depth--;
  const parent = nodeAt(source, path.slice(0, depth));
  const missing = path.slice(depth);
  if (parent === undefined) return `${withNewline(text)}${lines(missing, value, 0)}`;
  if (parent.kind === 'flow' && parent.mapping) {
    const rest = parent.children.size === 0 ? '' : ', ';
    const at = parent.span.start + (text[parent.span.start + 1] === ' ' ? 2 : 1);
    return splice(text, at, at, `${flow(missing, value)}${rest}`);
  }
  if (parent.kind === 'block' && parent.mapping) return insertLines(text, parent, missing, value);
  if (parent.kind === 'scalar' && parent.span.start < 0 && parent.key !== undefined) {
    const at = lineEnd(text, parent.key.end);
    return insertAt(text, at, lines(missing, value, columnOf(text, parent.key.start) + 2));
  }
  return undefined;
}

/** Behind the last line of a block mapping, with the indent of its first key. */
function insertLines(text: string, parent: YamlNode, missing: readonly string[], value: Json): string | undefined {
  const first = [...parent.children.values()][0]?.key;
  if (first === undefined) return undefined;
  const end = parent.span.end;
  const at = text[end - 1] === '\n' ? end : lineEnd(text, end);
  return insertAt(text, at, lines(missing, value, columnOf(text, first.start)));
}

function insertAt(text: string, at: number, added: string): string {
  const before = text.slice(0, at);
  return `${withNewline(before)}${added}${text.slice(at)}`;
}

function splice(text: string, start: number, end: number, added: string): string {
  return text.slice(0, start) + added + text.slice(end);
}

function lines(path: readonly string[], value: Json, indent: number): string {
  return path
    .map((part, index) => {
      const end = index === path.length - 1 ? ` ${scalarText(value, false)}` : '';
      return `${' '.repeat(indent + 2 * index)}${scalarText(part, false)}:${end}\n`;
    })
    .join('');
}

function flow([part, ...rest]: readonly string[], value: Json): string {
  const inner = rest.length === 0 ? scalarText(value, true) : `{ ${flow(rest, value)} }`;
  return `${scalarText(part ?? '', true)}: ${inner}`;
}
