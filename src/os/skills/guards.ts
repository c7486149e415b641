import { isObject, type Json } from '../json.ts';
import type { JsonSchema } from '../schema.ts';
import { nearest } from '../suggest.ts';
import { membersOf, type Part, refuse } from './part.ts';
import { schemaAt } from './schema-check.ts';
import type { Condition, Guard } from './skill.ts';

/** Reads `when`: dot paths to JSON Schemas; a literal means `const`. */
export function readGuard(part: Part, phases: readonly string[]): Guard {
  const members = membersOf(part, 'a mapping of paths to schemas') ?? [];
  return members.flatMap(([path, condition]) => readCondition(path, condition, phases) ?? []);
}

function readCondition(path: string, part: Part, phases: readonly string[]): Condition | undefined {
  const schema = isObject(part.value) ? schemaAt(part) : literal(part.value ?? null);
  const split = splitPath(path);
  if (split === undefined) {
    return refuse(part, 'format/path', `"${path}" is not a path`, 'Write names joined by dots, e.g. "input.kind".');
  }
  const [first, ...rest] = split;
  if (first === 'visits') {
    const phase = rest.join('.');
    if (!phases.includes(phase)) {
      const message = `the guard counts visits of "${phase}", which is no phase of this skill`;
      const near = nearest(phase, phases);
      return refuse(part, 'format/unknown-phase', message, `Write visits.<phase>${near ? `; perhaps "${near}"` : ''}.`);
    }
    return schema && { path, root: 'visits', segments: [phase], schema };
  }
  if (first === 'input' || first === 'artifact') return schema && { path, root: first, segments: rest, schema };
  return schema && { path, root: 'artifact', segments: split, schema };
}

function literal(value: Json): JsonSchema {
  return { const: value };
}

/** The parts of a dot path; `undefined` when one is empty, has white space at its ends or is `__proto__`. */
export function splitPath(path: string): string[] | undefined {
  if (path.length > 1000) return undefined;
  const parts = path.split('.');
  return parts.some((part) => part === '' || part !== part.trim() || part === '__proto__') ? undefined : parts;
}

/** As {@link splitPath}, where `.` alone is the whole value. */
export function splitPathOrAll(path: string): string[] | undefined {
  return path === '.' ? [] : splitPath(path);
}
