import { getPath, isObject, type Json, type JsonObject } from '../json.ts';

/** A place to fill. `${secret:NAME}` is none: it stays, for dispatch to resolve. */
const PLACE = /\$\{(?!secret:)([^${}]{1,200})\}/g;

/** Result of filling in: the value, or the paths that were absent. */
export type Filled =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly absent: readonly string[] };

/**
 * Fills `${dot.path}` places in every string of `args` from `scope`. A string that is one place takes the value as it
 * is (a number stays a number); inside a longer string values are written out, objects and lists as JSON.
 * `${input.x}` and `${x}` mean the same: the artifact is the only scope there is.
 */
export function fillTemplate(args: JsonObject, scope: Json): Filled {
  const absent: string[] = [];
  const value = fill(args, scope, absent) as JsonObject;
  return absent.length === 0 ? { ok: true, value } : { ok: false, absent };
}

/** The paths that occur in `args`, as segments without a leading `input`. */
export function templatePaths(args: Json): readonly (readonly string[])[] {
  if (typeof args === 'string') return [...args.matchAll(PLACE)].map((match) => segments(match[1] ?? ''));
  if (Array.isArray(args)) return args.flatMap(templatePaths);
  return isObject(args) ? Object.values(args as JsonObject).flatMap(templatePaths) : [];
}

function fill(value: Json, scope: Json, absent: string[]): Json {
  if (typeof value === 'string') return fillString(value, scope, absent);
  if (Array.isArray(value)) return value.map((item) => fill(item, scope, absent));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, fill(item, scope, absent)]));
}

function fillString(text: string, scope: Json, absent: string[]): Json {
  const whole = /^\$\{(?!secret:)([^${}]{1,200})\}$/.exec(text);
  if (whole !== null) return lookUp(whole[1] ?? '', scope, absent);
  return text.replace(PLACE, (_, path: string) => {
    const found = lookUp(path, scope, absent);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function lookUp(path: string, scope: Json, absent: string[]): Json {
  const found = getPath(scope, segments(path));
  if (found !== undefined) return found as Json;
  absent.push(path);
  return null;
}

function segments(path: string): string[] {
  const parts = path.trim().split('.');
  return parts[0] === 'input' ? parts.slice(1) : parts;
}
