import { isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { readYaml, type YamlSource } from '../yaml.ts';
import type { YamlNode } from '../yaml-places.ts';
import { commentsIn, flowText, scalarText } from '../yaml-text.ts';
import type { ArtifactText } from './inline-artifacts.ts';

/**
 * The file of an artifact type that stood in skill.md. A file holds JSON Schema only: one that was written as such is
 * moved, shorthand becomes the schema it means, with its comments above the fields they belonged to.
 */
export function artifactFile({ comments, text }: ArtifactText, schema: JsonSchema): string {
  const read = readYaml(text);
  const head = comments.map((line) => `${line}\n`).join('');
  if (!read.ok) return head + text;
  if (sameJson(read.source.value, schema)) return head + text;
  const notes = notesOf(read.source);
  const own = [...(notes.get('') ?? []), ...lines(schema, [], notes)];
  return head + own.map((line) => `${line}\n`).join('');
}

/** Comments by the dot path of the field they belong to; the empty path is the type itself. */
type Notes = ReadonlyMap<string, readonly string[]>;

/** A comment behind a field belongs to it, one on a line of its own to the next field. */
function notesOf(source: YamlSource): Notes {
  const fields = fieldsOf(source.top(), []);
  const notes = new Map<string, string[]>();
  for (const { start, text, alone } of commentsIn(source.text, source.top())) {
    const field = alone ? fields.find((each) => each.start > start) : fields.findLast((each) => each.start < start);
    const path = field?.path ?? '';
    notes.set(path, [...(notes.get(path) ?? []), text]);
  }
  return notes;
}

function fieldsOf(node: YamlNode | undefined, path: readonly string[]): { path: string; start: number }[] {
  return [...(node?.children ?? [])].flatMap(([key, child]) => {
    const inside = [...path, key.endsWith('?') ? key.slice(0, -1).trim() : key];
    const own = child.key === undefined ? [] : [{ path: inside.join('.'), start: child.key.start }];
    return [...own, ...fieldsOf(child, inside)];
  });
}

/** A schema in block style, one line for what fits on one. */
function lines(schema: JsonSchema, path: readonly string[], notes: Notes): string[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'properties' && isObject(value)) {
      const fields = Object.entries(value as JsonObject).flatMap(([name, field]) => [
        ...(notes.get([...path, name].join('.')) ?? []),
        ...member(name, field, [...path, name], notes),
      ]);
      return ['properties:', ...fields.map((line) => `  ${line}`)];
    }
    if (keyword === 'items') return member(keyword, value, [...path, '0'], notes);
    return [`${keyword}: ${flowText(value)}`];
  });
}

function member(name: string, value: Json, path: readonly string[], notes: Notes): string[] {
  const key = scalarText(name, false);
  if (!isObject(value) || !isDeep(value as JsonObject)) return [`${key}: ${flowText(value)}`];
  return [`${key}:`, ...lines(value as JsonSchema, path, notes).map((line) => `  ${line}`)];
}

function isDeep({ properties, items }: JsonObject): boolean {
  return properties !== undefined || (isObject(items) && isDeep(items as JsonObject));
}
