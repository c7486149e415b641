import { isObject, type Json, MAX_DEPTH } from '../../json.ts';
import { member, type Part, warn } from '../part.ts';

export const MEMBERS_OF = 'x-reyn-members-of';

/**
 * `x-reyn-members-of` asks that a value be among those at a path of another artifact, the input of the phase or of the
 * run. JSON Schema sees one value at a time, and so does every contract here: the keyword is kept as a note. Taking it
 * for an `enum` would need the other artifact at load time.
 */
export function checkMembersOf(part: Part): void {
  if (names(part.value)) walk(part, 0);
}

/** Whether the keyword stands anywhere in a value; YAML is capped in depth. Nearly always it does not. */
function names(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(names);
  for (const key in value) if (key === MEMBERS_OF || names(value[key])) return true;
  return false;
}

function walk(part: Part, depth: number): void {
  const { value, report } = part;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || report.warnings.length >= 50) return;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    const inner = member(part, key);
    // A mapping under this name declares a field, or schemas of one; the keyword itself holds a path.
    if (key === MEMBERS_OF && !isObject(inner.value)) {
      const message = `"${MEMBERS_OF}" is not enforced: a schema cannot look into another artifact`;
      const fix = 'Where the values are known, write them as "enum"; else compare the two in a step.';
      warn(inner, 'foreign/members-of', message, fix);
    } else walk(inner, depth + 1);
  }
}
