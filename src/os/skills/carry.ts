import { isObject } from '../json.ts';
import { oneOf } from '../suggest.ts';
import { splitPath } from './guards.ts';
import { membersOf, type Part, refuse, textOf } from './part.ts';
import type { ArtifactType, CarryPath } from './skill.ts';

/**
 * Reads `carry`: fields of the target's artifact to paths the OS takes their values from. `targets` are the artifact
 * types the edge may lead to; a field must be declared by each of them.
 */
export function readCarry(
  part: Part,
  targets: readonly ArtifactType[],
  phases: readonly string[],
): Record<string, CarryPath> {
  const carry: Record<string, CarryPath> = {};
  for (const [field, value] of membersOf(part, 'a mapping of fields to paths') ?? []) {
    checkField(field, value, targets);
    const text = textOf(value, 'Write a path such as input.title.');
    const path = text === undefined ? undefined : readPath(text, value, phases);
    if (path !== undefined) carry[field] = path;
  }
  return carry;
}

function checkField(field: string, part: Part, targets: readonly ArtifactType[]): void {
  for (const target of targets) {
    const fields = isObject(target.schema.properties) ? Object.keys(target.schema.properties) : [];
    if (fields.includes(field)) continue;
    const fix =
      fields.length === 0 ? `Declare "properties" in the schema of ${target.name}.` : `Write ${oneOf(field, fields)}.`;
    refuse(part, 'format/unknown-field', `the artifact ${target.name} has no field "${field}"`, fix);
    return;
  }
}

function readPath(text: string, part: Part, phases: readonly string[]): CarryPath | undefined {
  const [first, second, ...rest] = splitPath(text) ?? [];
  if (first === 'input') {
    return { path: text, root: 'input', segments: second === undefined ? [] : [second, ...rest] };
  }
  if (first === 'run' && second === 'input') return { path: text, root: 'run_input', segments: rest };
  if (first === 'phases' && second !== undefined) {
    if (phases.includes(second)) return { path: text, root: 'phase', phase: second, segments: rest };
    const message = `"${second}" is no phase of this skill`;
    return refuse(part, 'format/unknown-phase', message, `Write ${oneOf(second, phases)}.`);
  }
  const fix = 'Begin it with input. (of this phase), run.input. or phases.<phase>.';
  return refuse(part, 'format/path', `"${text}" is not a path a value can be carried from`, fix);
}
