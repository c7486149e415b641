import { isObject } from '../../json.ts';
import { member, type Part } from '../part.ts';
import type { Sheets } from '../sheets.ts';

/**
 * In the original an artifact travels in an envelope `{type, data}`, and the paths of steps begin with `data.`. Here the
 * artifact is what was in `data`. So the first part of such a path is dropped, unless a type in question declares a
 * field of that name: then the path means the field.
 *
 * @returns whether paths over artifacts of these types (`a | b`) may be in an envelope.
 */
export function envelopes(sheets: Sheets): (types: string | undefined) => boolean {
  const inline = sheets.skill === undefined ? undefined : member(sheets.skill.keys, 'artifacts');
  return (types) =>
    (types ?? '').split('|').every((type) => {
      const name = type.trim();
      const schema = sheets.artifacts.get(name) ?? (inline && member(inline, name));
      return schema === undefined || !declares(schema);
    });
}

const FIELD = 'data';

function declares(schema: Part): boolean {
  const inner = isObject(member(schema, 'schema').value) ? member(schema, 'schema') : schema;
  const properties = member(inner, 'properties');
  const { value } = isObject(properties.value) ? properties : inner;
  return isObject(value) && (Object.hasOwn(value, FIELD) || Object.hasOwn(value, `${FIELD}?`));
}

/** Whether a path begins in the envelope. */
export function isInEnvelope(path: string): boolean {
  return path === FIELD || path.startsWith(`${FIELD}.`);
}

/** The path as it is without the envelope; `.` for all of the artifact. */
export function outOfEnvelope(path: string): string {
  if (!isInEnvelope(path)) return path;
  return path === FIELD ? '.' : path.slice(FIELD.length + 1);
}
