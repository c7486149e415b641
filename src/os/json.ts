import { hash } from 'node:crypto';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The deepest nesting of anything a model, a person or a file may hand in. */
export const MAX_DEPTH = 64;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nesting depth of JSON text, by scanning; a scalar has depth 0. Never recurses, so no text can overflow the stack. */
export function textDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

/** Whether a value nests deeper than `limit` levels. Works on values of any depth without recursing. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  const stack: [unknown, number][] = [[value, 0]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [current, depth] = top;
    if (typeof current !== 'object' || current === null) continue;
    if (depth >= limit) return true;
    for (const child of Object.values(current)) stack.push([child, depth + 1]);
  }
  return false;
}

export type Parsed = { ok: true; value: Json } | { ok: false; reason: 'syntax' | 'depth' | 'proto'; message: string };

/**
 * Parses JSON that came from outside. Refuses nesting beyond {@link MAX_DEPTH} before parsing, and any `__proto__`
 * key, which JSON.parse makes an own key that a later copy could turn into a prototype.
 */
export function parseJson(text: string): Parsed {
  if (textDepth(text) > MAX_DEPTH) {
    return { ok: false, reason: 'depth', message: `nested deeper than ${MAX_DEPTH} levels` };
  }
  try {
    const value = JSON.parse(text) as Json;
    if (text.includes('__proto__') && hasProtoKey(value)) {
      return { ok: false, reason: 'proto', message: 'the key "__proto__" is not allowed' };
    }
    return { ok: true, value };
  } catch (error) {
    return { ok: false, reason: 'syntax', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether any object in `value` has an own key `__proto__`. */
export function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some(hasProtoKey);
}

/** JSON with object keys in code-unit order at every level and no white space: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of a file's or blob's bytes as 64 hex digits, the way `sha256sum` prints it. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** SHA-256 of a log line or a canonical JSON text as 43 base64url characters; kept short because every event has two. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Structural equality of JSON values; key order does not matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalJson(a) === canonicalJson(b);
}

/** Reads a dot path of own keys (`a.b.0.c`); `undefined` when a part is absent. An empty path is the value itself. */
export function getPath(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/** A copy of `target` with `value` at `path`; objects are made where a part is absent. */
export function setPath(target: Json, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target)) {
    const copy = [...target];
    copy[Number(key)] = setPath(copy[Number(key)] ?? null, rest, value);
    return copy;
  }
  const object = isObject(target) ? (target as JsonObject) : {};
  return { ...object, [key]: setPath(Object.hasOwn(object, key) ? (object[key] as Json) : null, rest, value) };
}

/** A cheap measure of how much a value holds: characters of its strings and keys, 8 for anything else. */
export function sizeOf(value: Json | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object') return 8;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  let sum = 0;
  for (const key of Object.keys(value)) sum += key.length + sizeOf(value[key]);
  return sum;
}
