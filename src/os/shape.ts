import type { TSchema } from 'typebox';
import { isObject } from './json.ts';

/**
 * Checks values against the schemas this program defines itself: of settings, of events. Does what a compiled JSON
 * Schema would for the keywords these schemas have, by walking schema and value together. Compiling one takes
 * milliseconds at every start of the program; walking takes microseconds. Schemas that people write are compiled
 * (`compileSchema`), because they may have every keyword there is.
 */

/** The keywords of JSON Schema that are understood; a test proves that the program's own schemas have no others. */
export type Shape = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  /** Of a record: one pattern that every name fits. */
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly description?: string;
  readonly title?: string;
};

/** One thing wrong with a value: where, and what. `unknown` = no member of that name may be there. */
export type Misfit = { readonly path: string[]; readonly message: string; readonly unknown?: true };

/** Everything wrong with a value; empty = it fits. */
export function misfits(schema: Shape | TSchema, value: unknown): Misfit[] {
  const found: Misfit[] = [];
  walk(schema as Shape, value, [], found);
  return found;
}

/** @param path of `value`; goes along and comes back as it was, so that what fits, as nearly all does, makes none. */
function walk(schema: Shape, value: unknown, path: string[], found: Misfit[]): void {
  const wrong = mismatch(schema, value);
  if (wrong !== undefined) {
    found.push({ path: [...path], message: wrong });
    return;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [i, item] of value.entries()) walkInto(String(i), items, item, path, found);
    return;
  }
  if (!isObject(value)) return;
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) found.push({ path: [...path], message: `lacks "${key}"` });
  }
  for (const key of Object.keys(value)) {
    const inside = memberShape(schema, key);
    if (inside === false) found.push({ path: [...path, key], message: 'is unknown', unknown: true });
    else if (inside !== true) walkInto(key, inside, value[key], path, found);
  }
}

function walkInto(key: string, schema: Shape, value: unknown, path: string[], found: Misfit[]): void {
  path.push(key);
  walk(schema, value, path, found);
  path.pop();
}

/** Shape of a member of an object; whether there may be one of that name when nothing more is said. */
export function memberShape(schema: Shape, key: string): Shape | boolean {
  const { properties, patternProperties, additionalProperties = true } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key] ?? true;
  if (patternProperties !== undefined) return Object.values(patternProperties)[0] ?? true;
  return additionalProperties;
}

function mismatch(schema: Shape, value: unknown): string | undefined {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.some((one) => misfits(one, value).length === 0) ? undefined : oneOf(schema.anyOf);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `must be one of ${listed(schema.enum)}`;
  if (schema.const !== undefined && schema.const !== value) return `must be ${JSON.stringify(schema.const)}`;
  if (schema.type !== undefined && !isType(schema.type, value)) return `must be ${schema.type}`;
  if (typeof value === 'number') return outOfRange(schema, value);
  if (typeof value === 'string') return wrongLength(schema, value);
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) return `must have at least ${schema.minItems} items`;
    if (value.length > (schema.maxItems ?? value.length)) return `must have at most ${schema.maxItems} items`;
  }
  return undefined;
}

function oneOf(choices: readonly Shape[]): string {
  const literals = choices.map((choice) => choice.const);
  return literals.includes(undefined) ? 'fits none of what is allowed' : `must be one of ${listed(literals)}`;
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

function outOfRange({ minimum, exclusiveMinimum, maximum }: Shape, value: number): string | undefined {
  if (minimum !== undefined && value < minimum) return `must be >= ${minimum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `must be > ${exclusiveMinimum}`;
  if (maximum !== undefined && value > maximum) return `must be <= ${maximum}`;
  return undefined;
}

function wrongLength({ minLength, maxLength }: Shape, value: string): string | undefined {
  if (minLength === undefined && maxLength === undefined) return undefined;
  const length = [...value].length; // JSON Schema counts code points
  if (minLength !== undefined && length < minLength) {
    return minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`;
  }
  return maxLength !== undefined && length > maxLength ? `must have at most ${maxLength} characters` : undefined;
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}
