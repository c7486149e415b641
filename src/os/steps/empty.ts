import type { Json } from '../json.ts';
import type { JsonSchema } from '../schema.ts';

/** The empty value of a schema's type: what `on_error: empty` puts in place of a result. `null` without a type. */
export function emptyOf(schema: JsonSchema | undefined): Json {
  const type = Array.isArray(schema?.type) ? schema.type[0] : schema?.type;
  switch (type) {
    case 'object':
      return {};
    case 'array':
      return [];
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    default:
      return null;
  }
}
