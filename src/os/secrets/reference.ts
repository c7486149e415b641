import { isObject, type Json } from '../json.ts';
import { SECRET_REFERENCE } from './port.ts';

/** Names of the secrets that strings of a value refer to, keys aside, in order, each once. */
export function referencesIn(value: Json): readonly string[] {
  if (typeof value === 'string') {
    return [...new Set([...value.matchAll(SECRET_REFERENCE)].map(([, name = '']) => name))];
  }
  if (!Array.isArray(value) && !isObject(value)) return [];
  return [...new Set(Object.values(value).flatMap((member) => referencesIn(member as Json)))];
}

/** Whether any string of a value, keys aside, refers to a stored secret. */
export function hasReference(value: Json): boolean {
  const stack: Json[] = [value];
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    if (typeof current === 'string') {
      if (current.search(SECRET_REFERENCE) !== -1) return true;
    } else if (typeof current === 'object' && current !== null) stack.push(...Object.values(current));
  }
  return false;
}

export type Resolved<T> =
  | { readonly ok: true; readonly value: T }
  /** Names that are not stored, sorted. */
  | { readonly ok: false; readonly missing: readonly string[] };

/**
 * A value with every `${secret:NAME}` in its strings replaced by what is stored under that name; keys stay. What is put
 * in is not looked at again. The very same value where nothing refers to a secret. Values nest no deeper than
 * 64 levels: whoever took the arguments in has seen to that.
 */
export function resolveReferences<T extends Json>(value: T, get: (name: string) => string | undefined): Resolved<T> {
  const missing = new Set<string>();
  const resolved = resolveIn(value, (text) =>
    text.replace(SECRET_REFERENCE, (whole, name: string) => {
      const secret = get(name);
      if (secret === undefined) missing.add(name);
      return secret ?? whole;
    }),
  );
  if (missing.size > 0) return { ok: false, missing: [...missing].sort() };
  return { ok: true, value: resolved as T };
}

function resolveIn(value: Json, put: (text: string) => string): Json {
  if (typeof value === 'string') return value.includes('${secret:') ? put(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => resolveIn(item, put));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const members = Object.entries(value).map(([key, member]) => [key, resolveIn(member, put)] as const);
  if (members.every(([key, member]) => member === value[key])) return value;
  return Object.fromEntries(members);
}
