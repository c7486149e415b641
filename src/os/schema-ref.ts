import { getPath, type Json } from './json.ts';
import type { JsonSchema } from './schema.ts';

/**
 * The path a reference within its own schema names: `#/$defs/a~1b` is `$defs`, `a/b`, and `#` the whole. Read as ajv
 * reads it, which compiles these schemas. `undefined` for any other text.
 */
export function refPath(ref: string): readonly string[] | undefined {
  if (ref === '#') return [];
  if (!ref.startsWith('#/')) return undefined;
  try {
    const parts = ref.slice(2).split('/');
    return parts.map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined; // a % that no character follows
  }
}

/** What a reference within `root` stands for; `undefined` when it leads nowhere, or out of it. */
export function referred(root: JsonSchema, ref: string): Json | undefined {
  const path = refPath(ref);
  return path === undefined ? undefined : (getPath(root, path) as Json | undefined);
}
