import Type from 'typebox';
import { type JsonObject, parseJson } from '../../../os/json.ts';
import { compileSchema, showErrors } from '../../../os/schema.ts';
import { AT, absent, bare, NOT, partAt, yesNo } from './look.ts';
import type { Scorer } from './scorer.ts';

/** 1 when it fits the JSON Schema (2020-12, or draft-07 when the schema says so). */
export const jsonSchema: Scorer = {
  kind: 'json_schema',
  summary: 'Fits a JSON Schema. With `parse` a text is read as JSON first.',
  args: Type.Object(
    {
      at: AT,
      schema: Type.Object({}, { additionalProperties: true, description: 'JSON Schema, 2020-12 or draft-07.' }),
      parse: Type.Optional(Type.Boolean({ description: 'Whether what is looked at is JSON as a text.' })),
      not: NOT,
    },
    { additionalProperties: false },
  ),
  example: 'json_schema: { schema: { type: object, required: [title] } }',
  passAt: 1,
  asks: false,
  flaw: ({ schema }) => {
    try {
      compileSchema(schema as JsonObject);
      return undefined;
    } catch (error) {
      return `the schema cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    }
  },
  score(args, { value }) {
    const at = args.at as string | undefined;
    let seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const text = args.parse === true ? bare(seen) : undefined;
    if (typeof text === 'string') {
      const parsed = parseJson(text);
      if (!parsed.ok) return yesNo(false, args.not, `it is not JSON: ${parsed.message}`);
      seen = parsed.value;
    }
    const errors = compileSchema(args.schema as JsonObject)(seen);
    return yesNo(errors.length === 0, args.not, errors.length === 0 ? 'it fits the schema' : showErrors(errors));
  },
};
