import { isObject, type Json, type JsonObject } from '../json.ts';
import { compileSchema, type JsonSchema } from '../schema.ts';
import { nearest } from '../suggest.ts';
import { member, type Part, refuse } from './part.ts';
import { findRunaway, type SchemaProblem } from './schema-refs.ts';
import { FORMATS, KEYWORDS, type Shape } from './schema-words.ts';

/**
 * Checks a JSON Schema of a skill.
 *
 *  S1 A schema that passes compiles: what this walk knows, ajv's strict mode accepts; whatever it does not know in full
 *     (references, patterns, draft-07, …) is compiled here and now. Compiling all of them would make loading ten times
 *     slower.
 *  S2 Size and depth are bounded, and no reference leads back to itself without entering the value, so that neither
 *     compiling nor checking can run away.
 */

export const MAX_SCHEMA_NODES = 2000;
export const MAX_SCHEMA_DEPTH = 32;
const MAX_PROBLEMS = 50;

type Dialect = '2020-12' | 'draft-07';

/** The way to a part of the schema, put together only when there is a problem; `undefined` is the top. */
type Trail = { readonly above: Trail; readonly key: string | number } | undefined;

type Walk = { readonly problems: SchemaProblem[]; nodes: number; depth: number; compile: boolean };

/** The part's value as a schema; `undefined` after reporting everything that is wrong with it. */
export function schemaAt(part: Part): JsonSchema | undefined {
  const problems = schemaProblems(part.value ?? null);
  for (const { path, message, fix } of problems) {
    refuse(
      path.reduce<Part>((at, key) => member(at, key), part),
      'format/schema',
      message,
      fix,
    );
  }
  return problems.length === 0 ? (part.value as JsonSchema) : undefined;
}

/** Everything wrong with `schema` as the schema of an artifact, a guard or a step. */
export function schemaProblems(schema: Json): SchemaProblem[] {
  if (!isObject(schema)) return [{ path: [], message: 'a schema is a mapping', fix: 'Write e.g. "type: string".' }];
  const dialect = dialectOf(schema);
  if (dialect === undefined) {
    const fix = 'Delete "$schema" (2020-12 is meant then) or name 2020-12 or draft-07.';
    return [{ path: ['$schema'], message: 'this JSON Schema dialect is not known', fix }];
  }
  const walk: Walk = { problems: [], nodes: 0, depth: 0, compile: dialect === 'draft-07' };
  visit(schema, undefined, dialect, walk);
  if (walk.problems.length > 0 || !walk.compile) return walk.problems;
  const runaway = findRunaway(schema);
  if (runaway !== undefined) return [runaway];
  return compileProblems(schema);
}

function compileProblems(schema: JsonSchema): SchemaProblem[] {
  try {
    compileSchema(schema);
    return [];
  } catch (error) {
    const message = `the schema does not compile: ${error instanceof Error ? error.message : String(error)}`;
    return [{ path: [], message, fix: 'Mend the schema; the message names the keyword.' }];
  }
}

function dialectOf(schema: JsonSchema): Dialect | undefined {
  const { $schema } = schema;
  if ($schema === undefined) return '2020-12';
  if (typeof $schema !== 'string') return undefined;
  if (/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test($schema)) return 'draft-07';
  return /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test($schema) ? '2020-12' : undefined;
}

function pathOf(trail: Trail): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = trail; at !== undefined; at = at.above) path.unshift(at.key);
  return path;
}

function visit(schema: Json, trail: Trail, dialect: Dialect, walk: Walk): void {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) {
    walk.problems.push({
      path: pathOf(trail),
      message: 'a schema is a mapping',
      fix: 'Write a mapping such as { type: string }.',
    });
    return;
  }
  if (++walk.nodes === MAX_SCHEMA_NODES + 1) {
    const message = `the schema has more than ${MAX_SCHEMA_NODES} parts`;
    walk.problems.push({ path: [], message, fix: 'Make it smaller.' });
  }
  if (walk.nodes > MAX_SCHEMA_NODES) return;
  if (walk.depth === MAX_SCHEMA_DEPTH) {
    const message = `the schema nests deeper than ${MAX_SCHEMA_DEPTH} levels`;
    walk.problems.push({ path: pathOf(trail).slice(0, 4), message, fix: 'Flatten it.' });
    return;
  }
  walk.depth++;
  visitWords(schema as JsonObject, trail, dialect, walk);
  walk.depth--;
}

function visitWords(schema: JsonObject, trail: Trail, dialect: Dialect, walk: Walk): void {
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$schema' && trail === undefined) continue;
    if (walk.problems.length >= MAX_PROBLEMS) return;
    const word = KEYWORDS.get(key);
    if (word === undefined) {
      const near = nearest(key, KEYWORDS.keys());
      const fix = near === undefined ? 'Delete it.' : `Write "${near}".`;
      walk.problems.push({
        path: pathOf({ above: trail, key }),
        message: `"${key}" is no keyword of JSON Schema`,
        fix,
      });
      continue;
    }
    if (word.compile) walk.compile = true;
    const kind = misfit(word.shape, value as Json, { above: trail, key }, dialect, walk);
    if (kind === undefined) continue;
    walk.problems.push({
      path: pathOf({ above: trail, key }),
      message: `"${key}" is not ${kind}`,
      fix: `Write ${kind}.`,
    });
  }
}

/** Checks a keyword's value and visits the schemas in it. @returns what the value is not, as a noun phrase. */
function misfit(shape: Shape, value: Json, trail: Trail, dialect: Dialect, walk: Walk): string | undefined {
  const visitAll = (members: Iterable<[string | number, unknown]>): undefined => {
    for (const [key, schema] of members) visit(schema as Json, { above: trail, key }, dialect, walk);
  };
  switch (shape) {
    case 'any':
      return undefined;
    case 'schema or schemas': // "items" of draft-07
      if (!Array.isArray(value)) return misfit('schema', value, trail, dialect, walk);
      return dialect === 'draft-07' ? visitAll(value.entries()) : 'one schema; a list of schemas is "prefixItems"';
    case 'schema':
      visit(value, trail, dialect, walk);
      return undefined;
    case 'schemas':
      if (!Array.isArray(value) || value.length === 0) return 'a list of one schema or more';
      return visitAll(value.entries());
    case 'named schemas':
      return isObject(value) ? visitAll(Object.entries(value)) : 'a mapping of names to schemas';
    case 'format':
      return typeof value === 'string' && FORMATS.includes(value)
        ? undefined
        : `one of the formats ${FORMATS.join(', ')}`;
    default:
      return shape.holds(value) ? undefined : shape.kind;
  }
}
