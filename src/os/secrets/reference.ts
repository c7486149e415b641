import { isObject, type Json } from '../json.ts';
import { SECRET_REFERENCE } from './port.ts';

/** Names of the secrets that strings of a value refer to, in order, each once. */
export function referencesIn(value: Json): readonly string[] {
  if (typeof value === 'string')
    return [...new Set([...value.matchAll(SECRET_REFERENCE)].map(([, name = '']) => name))];
  if (Array.isArray(value)) return [...new Set(value.flatMap(referencesIn))];
  return isObject(value) ? [...new Set(Object.values(value).flatMap((member) => referencesIn(member as Json)))] : [];
}

/** A value with its references replaced by what `get` says; those it knows nothing of are left as they are. */
export function resolveReferences<T extends Json>(value: T, get: (name: string) => string | undefined): T {
  if (typeof value === 'string') {
    return value.replace(SECRET_REFERENCE, (whole, name: string) => get(name) ?? whole) as T;
  }
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, get)) as unknown as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolveReferences(member as Json, get)]),
  ) as T;
}
