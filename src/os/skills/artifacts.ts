import { isObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { checkName } from './names.ts';
import { checkKeys, flagOf, member, membersOf, type Part, refuse, textOf } from './part.ts';
import { schemaAt } from './schema-check.ts';
import { KEYWORDS } from './schema-words.ts';
import { readInlineSchema } from './shorthand.ts';
import { type ArtifactType, USER_MESSAGE } from './skill.ts';

const FILE_KEYS = ['name', 'description', 'wrapped', 'schema'];

export type Artifacts = {
  /** Types that loaded, by name, sorted; the built-in one among them. */
  readonly types: ReadonlyMap<string, ArtifactType>;
  /** Names that are defined, soundly or not, the built-in one left out. */
  readonly own: readonly string[];
};

/** Reads the types of `artifacts/*.yaml` and those of the front matter. */
export function readArtifacts(files: ReadonlyMap<string, Part>, inline: Part): Artifacts {
  const own = new Set<string>();
  const types: ArtifactType[] = [USER_MESSAGE];
  for (const [name, part] of membersOf(inline, 'a mapping of artifact types') ?? []) {
    if (!checkName(part, 'artifact', name)) continue;
    own.add(name);
    const schema = inlineSchema(part);
    if (schema !== undefined) types.push({ name, ...described(schema), schema });
  }
  for (const [name, part] of files) {
    if (own.has(name)) {
      const message = `the artifact type "${name}" is defined in skill.md and in a file`;
      refuse(part, 'format/two-artifacts', message, 'Delete one of the two.');
      continue;
    }
    own.add(name);
    const type = part.value === undefined ? undefined : readFile(name, part);
    if (type !== undefined) types.push(type);
  }
  const sorted = types.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { types: new Map(sorted.map((type) => [type.name, type])), own: [...own] };
}

function inlineSchema(part: Part): JsonSchema | undefined {
  if (part.value === null) return missing(part);
  return readInlineSchema(part);
}

/** A file is a bare schema, or `{name, description, wrapped, schema}`. */
function readFile(name: string, part: Part): ArtifactType | undefined {
  const { value } = part;
  if (value === null) return missing(part);
  if (!isObject(value)) {
    return refuse(
      part,
      'format/schema',
      'this file is not a schema',
      'Write a JSON Schema, or "schema:" and below it one.',
    );
  }
  const wrapper =
    'schema' in value || (FILE_KEYS.some((key) => key in value) && !Object.keys(value).some(isStructural));
  if (!wrapper) {
    const schema = isEmpty(part) ? missing(part) : schemaAt(part);
    return schema && { name, ...described(schema), schema };
  }
  checkKeys(part, FILE_KEYS, 'an artifact file');
  const given = textOf(member(part, 'name'));
  if (given !== undefined && given !== name) {
    const fix = `Write "name: ${name}" or rename the file.`;
    refuse(member(part, 'name'), 'format/name', `the file is called ${name}, its name says "${given}"`, fix);
  }
  flagOf(member(part, 'wrapped'));
  const description = textOf(member(part, 'description'));
  const inner = member(part, 'schema');
  const schema = isEmpty(inner) ? missing(inner.value === undefined ? part : inner) : schemaAt(inner);
  return schema && { name, ...described(schema), ...(description === undefined ? {} : { description }), schema };
}

/** A keyword of a schema that is no key of the wrapping form. */
function isStructural(key: string): boolean {
  return KEYWORDS.has(key) && !FILE_KEYS.includes(key);
}

/** Whether nothing is said about the value: a schema of annotations only accepts anything. */
function isEmpty({ value }: Part): boolean {
  if (value === undefined || value === null) return true;
  return (
    isObject(value) && Object.keys(value).every((key) => ['$schema', '$comment', 'title', 'description'].includes(key))
  );
}

function missing(part: Part): undefined {
  const fix = 'Say what the artifact holds, e.g. type: object, properties, required.';
  return refuse(part, 'format/empty-schema', 'the schema is missing or empty', fix);
}

function described(schema: JsonSchema): { description?: string } {
  return typeof schema.description === 'string' ? { description: schema.description } : {};
}
