import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Op } from './op.ts';

/** Arguments of an op with `local` applied to those that are paths; the same object where that changes nothing. */
export function localArgs(ops: readonly Op[], kind: string, args: Json, local: (path: string) => string): Json {
  const paths = ops.find((op) => op.kind === kind)?.paths ?? [];
  if (!isObject(args)) return args;
  const given = args as JsonObject;
  const changed = paths.flatMap((name) => {
    const path = given[name];
    if (typeof path !== 'string') return [];
    const made = local(path);
    return made === path ? [] : [[name, made] as const];
  });
  return changed.length === 0 ? args : { ...given, ...Object.fromEntries(changed) };
}
