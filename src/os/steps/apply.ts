import { getPath, isObject, type Json, type JsonObject, setPath } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { compileSchema } from '../schema.ts';
import type { Step } from '../skills/skill.ts';
import { emptyOf } from './empty.ts';

/** How a step ended, as far as the artifact is concerned. */
export type StepEnd =
  | { readonly status: 'done'; readonly result?: Json }
  | { readonly status: 'failed' | 'denied' | 'skipped' };

/** The artifact after one step. `schema` is that of the artifact, for `on_error: empty`. */
export function applyStep(artifact: Json, step: Step, end: StepEnd, schema: JsonSchema | undefined): Json {
  if (step.into === undefined || end.status === 'skipped') return artifact;
  if (end.status === 'done') return end.result === undefined ? artifact : setPath(artifact, step.into, end.result);
  return step.onError === 'empty' ? setPath(artifact, step.into, emptyOf(schemaAt(schema, step.into))) : artifact;
}

/** Schema of the field at a dot path, as far as plain `properties` tell. */
export function schemaAt(schema: JsonSchema | undefined, path: readonly string[]): JsonSchema | undefined {
  const keys = path.flatMap((key) => ['properties', key]);
  const found = getPath(schema, keys);
  return isObject(found) ? (found as JsonObject) : undefined;
}

/** Findings of a `validate` step: one sentence each, none when the value fits. */
export function validateAt(artifact: Json, path: readonly string[], schema: JsonSchema): string[] {
  const found = getPath(artifact, path);
  if (found === undefined) return [`${path.join('.')} is absent`];
  return compileSchema(schema)(found).map(({ path: at, message }) =>
    `${[...path, at.slice(1)].filter(Boolean).join('/')} ${message}`.trim(),
  );
}
