import { isObject, type Json, type JsonObject } from '../json.ts';
import { compileSchema, type JsonSchema, showErrors } from '../schema.ts';
import type { ArtifactType, Edge } from '../skills/skill.ts';
import { targetTypes } from './candidates.ts';
import { carryInto } from './carry.ts';
import { firstFailing } from './guards.ts';
import type { Action } from './next.ts';
import type { Drive } from './ports.ts';

/**
 * Leaves a phase that asks no model along the first edge whose guard holds. What leaves is the input as the steps left
 * it; along an edge with `carry`, which may lead to another type, it is the fields of it that the target declares and
 * what `carry` fills. It is validated like any other artifact, and nobody is asked, so one that does not fit fails the
 * run.
 */
export function leave(drive: Drive, { phase, input }: Extract<Action, { do: 'leave' }>): void {
  const { skill } = drive;
  const state = drive.state();
  const fail = (code: string, message: string) =>
    drive.emit({ type: 'run_failed', data: { code, message, exit: 1, phase: phase.name } });
  for (const edge of skill.graph[phase.name] ?? []) {
    const whole = carryInto(input.artifact, edge, state, input.artifact);
    const failing = firstFailing(edge.when, { visits: state.visits, input: state.input.artifact, artifact: whole });
    if (failing !== undefined) continue;
    const fitting = fitted(whole, edge, targetTypes(skill, edge));
    if ('errors' in fitting)
      fail('artifact', `what leaves ${phase.name} to ${edge.to} does not fit: ${fitting.errors}`);
    else drive.emit({ type: 'phase_left', data: { to: edge.to, ...fitting } });
    return;
  }
  fail('no_candidate', `no guard of ${phase.name}'s edges holds`);
}

type Fitted = { readonly type: string; readonly artifact: Json } | { readonly errors: string };

/** The first type the artifact fits, as far as the edge lets it through. */
function fitted(whole: Json, edge: Edge, types: readonly ArtifactType[]): Fitted {
  const errors: string[] = [];
  for (const { name, schema } of types) {
    const artifact = Object.keys(edge.carry).length === 0 ? whole : declaredOf(whole, schema);
    const found = compileSchema(schema)(artifact);
    if (found.length === 0) return { type: name, artifact };
    errors.push(`${name}: ${showErrors(found)}`);
  }
  return { errors: errors.join(' · ') };
}

/** The fields a closed schema has a place for; all of them when it is open. */
function declaredOf(artifact: Json, schema: JsonSchema): Json {
  const { properties, additionalProperties } = schema;
  if (additionalProperties !== false || !isObject(properties) || !isObject(artifact)) return artifact;
  const known = Object.entries(artifact as JsonObject).filter(([field]) => Object.hasOwn(properties, field));
  return Object.fromEntries(known);
}
