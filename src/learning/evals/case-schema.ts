import type { TSchema } from 'typebox';
import type { Json, JsonObject } from '../../os/json.ts';
import { CASE_FORM } from './case-form.ts';
import { CHECK_KEYS } from './check-form.ts';
import { SCORERS_BY_KIND } from './scorers/list.ts';
import type { Scorer } from './scorers/scorer.ts';

/** The JSON Schema of one case as a line of a JSONL file: what the reader goes by, for editors and other programs. */
export function caseSchema(): JsonObject {
  const form = plain(CASE_FORM);
  const properties = form.properties as JsonObject;
  const checks = {
    ...(properties.checks as JsonObject),
    items: { anyOf: Object.values(SCORERS_BY_KIND).map(checkSchema) },
  };
  return { ...form, properties: { ...properties, checks } };
}

function checkSchema(scorer: Scorer): JsonObject {
  const args = plain(scorer.args);
  const pass = plain(CHECK_KEYS.pass);
  const whole: JsonObject = { ...args, properties: { ...(args.properties as JsonObject), pass } };
  const short = shortTypes(scorer);
  const common = Object.fromEntries(Object.entries(CHECK_KEYS).map(([key, schema]) => [key, plain(schema)]));
  return {
    type: 'object',
    description: scorer.summary,
    properties: {
      [scorer.kind]: short.length === 0 ? whole : { anyOf: [whole, ...short.map((type) => ({ type }))] },
      ...common,
    },
    required: [scorer.kind],
    additionalProperties: false,
  };
}

/** Types of values that stand for arguments. */
function shortTypes({ short }: Scorer): string[] {
  const samples: readonly (readonly [string, Json])[] = [
    ['string', 'a'],
    ['number', 1],
    ['boolean', true],
    ['null', null],
    ['array', ['a']],
  ];
  return samples.flatMap(([type, sample]) => (short?.(sample) === undefined ? [] : [type]));
}

/** A schema as data; without what only the program that made it sees. */
function plain(schema: TSchema): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}
