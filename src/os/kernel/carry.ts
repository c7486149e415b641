import { getPath, isObject, type Json, type JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import type { CarryPath, Edge } from '../skills/skill.ts';
import type { RunState } from './state.ts';

/**
 * The artifact with everything `carry` fills put in; a carried field replaces whatever stands there. What is no object
 * takes nothing and is returned as it is, for its schema to refuse.
 */
export function carryInto(artifact: Json, edge: Edge, state: RunState, input: Json): Json {
  const names = Object.keys(edge.carry);
  if (names.length === 0 || !isObject(artifact)) return artifact;
  const filled: JsonObject = { ...(artifact as JsonObject) };
  for (const name of names) {
    const value = carried(edge.carry[name] as CarryPath, state, input);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

function carried(path: CarryPath, state: RunState, input: Json): Json | undefined {
  switch (path.root) {
    case 'input':
      return getPath(input, path.segments) as Json | undefined;
    case 'run_input':
      return getPath(state.started.input.artifact, path.segments) as Json | undefined;
    case 'phase':
      return getPath(state.left[path.phase ?? '']?.artifact, path.segments) as Json | undefined;
  }
}

/** The schema less the fields `carry` fills: what the model is shown and may write. */
export function withoutCarried(schema: JsonSchema, edge: Edge): JsonSchema {
  const names = Object.keys(edge.carry);
  if (names.length === 0 || !isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties as JsonObject).filter(([name]) => !names.includes(name));
  const required = (Array.isArray(schema.required) ? schema.required : []).filter(
    (name) => typeof name !== 'string' || !names.includes(name),
  );
  return { ...schema, properties: Object.fromEntries(properties), required };
}

/** Whether `carry` fills every required field, so that the model only chooses the edge. */
export function fillsEverything(schema: JsonSchema, edge: Edge): boolean {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.keys(edge.carry).length > 0 && required.every((name) => Object.hasOwn(edge.carry, String(name)));
}
