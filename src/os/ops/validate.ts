import { compileSchema, type SchemaError } from '../schema.ts';
import type { Op } from './op.ts';

/** Checks the arguments of an op against its schema; empty = they fit. */
export function checkArgs(op: Op, args: unknown): SchemaError[] {
  return compileSchema(op.input)(args);
}
