import type { JsonObject } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { foreignSchema, showErrors } from '../../schema.ts';
import { visible } from '../../visible.ts';
import { LATE, within } from '../../within.ts';
import { MCP_BOUNDS } from './bounds.ts';

/**
 * Checks arguments against a schema that a server wrote. The schema is not trusted: patterns run in linear time, and all
 * of it is cut off when it takes too long.
 * @throws OpError `refused` (they do not fit), `invalid` (the schema cannot be used).
 */
export function checkArguments(tool: string, schema: JsonObject, args: JsonObject): void {
  const errors = checked(tool, schema, args);
  if (errors === LATE) throw new OpError('invalid', `the schema of its tool "${tool}" takes too long to check`);
  if (errors.length > 0) {
    throw new OpError(
      'refused',
      `the arguments do not fit its tool "${tool}": ${visible(showErrors(errors).slice(0, 2_000))}`,
    );
  }
}

function checked(tool: string, schema: JsonObject, args: JsonObject) {
  const compile = foreignSchema(schema);
  try {
    return within(MCP_BOUNDS.checkMs, () => compile()(args));
  } catch (error) {
    const reason = error instanceof Error ? visible(error.message.slice(0, 300)) : 'unknown';
    throw new OpError('invalid', `the schema of its tool "${tool}" cannot be checked: ${reason}`);
  }
}
