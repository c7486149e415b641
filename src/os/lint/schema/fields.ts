import { isObject } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { referred } from '../../schema-ref.ts';
import type { ArtifactType } from '../../skills/skill.ts';

/**
 * What a JSON Schema says of a dot path, without validating anything.
 *
 *  F1 A field is declared when `properties` names it, there or in a schema reached through `$ref`, `allOf`, `anyOf`,
 *     `oneOf`, `if`, `then`, `else`.
 *  F2 A place is open when the schema says so (`additionalProperties: true` or a schema, `patternProperties`, no
 *     `properties` at all): nothing can be said of what is there. Leaving `additionalProperties` out opens nothing: the
 *     model is told of declared fields only.
 *  F3 No schema can make this loop or overflow: each node is looked at once per part of the path, at most MAX_NODES.
 */
export type Field = {
  /** Schemas that describe the place, as alternatives; empty when it is not declared. */
  readonly schemas: readonly JsonSchema[];
  readonly open: boolean;
  /** Whether the whole path is required. */
  readonly required: boolean;
};

const MAX_NODES = 500;

/** Whether other schemas speak of the same value; most do not, and need no search. */
export function isCompound(node: JsonSchema): boolean {
  return (
    node.$ref !== undefined ||
    node.allOf !== undefined ||
    node.anyOf !== undefined ||
    node.oneOf !== undefined ||
    node.if !== undefined
  );
}

/** The schema nodes that speak of the same value as `start`, `$ref` and combinators followed. */
function sameValue(root: JsonSchema, start: readonly JsonSchema[]): readonly JsonSchema[] {
  if (!start.some(isCompound)) return start;
  const seen = new Set<JsonSchema>(start);
  for (const node of seen) {
    if (seen.size >= MAX_NODES) break;
    const target = typeof node.$ref === 'string' ? resolveRef(root, node.$ref) : undefined;
    const combined = [node.allOf, node.anyOf, node.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
    for (const next of [target, node.if, node.then, node.else, ...combined]) {
      if (isObject(next)) seen.add(next as JsonSchema);
    }
  }
  return [...seen];
}

/** The schema a local `$ref` (`#`, `#/$defs/x`) points to. */
export function resolveRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  const found = referred(root, ref);
  return isObject(found) ? (found as JsonSchema) : undefined;
}

/** What `schema` says of the value at `path`; an empty path is the value itself. */
export function fieldAt(schema: JsonSchema, path: readonly string[]): Field {
  let field: Field = { schemas: sameValue(schema, [schema]), open: false, required: true };
  for (const part of path) {
    const next = step(schema, field.schemas, part);
    field = { ...next, required: field.required && next.required };
    if (field.schemas.length === 0) break;
  }
  return field;
}

function step(root: JsonSchema, nodes: readonly JsonSchema[], part: string): Field {
  const declared: JsonSchema[] = [];
  let open = true;
  let required = false;
  for (const node of nodes) {
    const properties = isObject(node.properties) ? node.properties : undefined;
    const own = properties !== undefined && Object.hasOwn(properties, part) ? properties[part] : itemOf(node, part);
    if (isObject(own)) declared.push(own as JsonSchema);
    else if (own !== undefined) return { schemas: [], open: own === true, required: false };
    if (Array.isArray(node.required) && node.required.includes(part)) required = true;
    if (closes(node, part)) open = false;
  }
  if (nodes.some(opens)) open = true;
  return { schemas: sameValue(root, declared), open, required };
}

function itemOf(node: JsonSchema, part: string): unknown {
  if (!isIndex(part)) return undefined;
  const first = Array.isArray(node.prefixItems) ? node.prefixItems[Number(part)] : undefined;
  return first ?? (Array.isArray(node.items) ? node.items[Number(part)] : node.items);
}

/** Whether a schema node rules out a part it does not name. */
function closes(node: JsonSchema, part: string): boolean {
  if (isObject(node.properties) || node.additionalProperties === false) return true;
  const types = Array.isArray(node.type) ? node.type : [node.type];
  if (types[0] === undefined || types.includes('object')) return false;
  return !types.includes('array') || !isIndex(part);
}

function isIndex(part: string): boolean {
  return part !== '' && Number.isInteger(Number(part));
}

function opens(node: JsonSchema): boolean {
  const { additionalProperties: more, unevaluatedProperties: rest, patternProperties: patterns } = node;
  return more === true || isObject(more) || rest === true || isObject(rest) || isObject(patterns);
}

/** Whether no type can have anything at `path`. False when there are no types: nothing is known then. */
export function allLack(types: readonly ArtifactType[], path: readonly string[]): boolean {
  return types.length > 0 && types.every(({ schema }) => lacks(schema, path));
}

export function lacks(schema: JsonSchema, path: readonly string[]): boolean {
  const field = fieldAt(schema, path);
  return field.schemas.length === 0 && !field.open;
}

/** Names of the fields an artifact type declares at the top. */
export function fieldsOf(schema: JsonSchema): readonly string[] {
  return namesIn(sameValue(schema, [schema]));
}

/** Names declared beside the part of `path` that is not there; what could have been meant. */
export function siblingsAt(schema: JsonSchema, path: readonly string[]): readonly string[] {
  let nodes = sameValue(schema, [schema]);
  for (const part of path.slice(0, -1)) {
    const next = step(schema, nodes, part).schemas;
    if (next.length === 0) break;
    nodes = next;
  }
  return namesIn(nodes);
}

function namesIn(nodes: readonly JsonSchema[]): readonly string[] {
  const names = nodes.flatMap((node) => (isObject(node.properties) ? Object.keys(node.properties) : []));
  return [...new Set(names)];
}

/** Names of the fields an artifact type requires at the top. */
export function requiredOf(schema: JsonSchema): readonly string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
}
