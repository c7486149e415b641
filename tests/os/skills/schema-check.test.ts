import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/os/json.ts';
import { compileSchema } from '../../../src/os/schema.ts';
import { MAX_SCHEMA_NODES, schemaProblems } from '../../../src/os/skills/schema-check.ts';
import { FORMATS, KEYWORDS, TYPES } from '../../../src/os/skills/schema-words.ts';

function problems(schema: Json): string[] {
  return schemaProblems(schema).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const nested = (levels: number): JsonObject => (levels === 0 ? { type: 'string' } : { items: nested(levels - 1) });

/** Each definition refers twice to the next. */
function fan(levels: number): JsonObject {
  const twice = (n: number) => ({ allOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] });
  const defs = Array.from({ length: levels }, (_, n) => [`a${n}`, twice(n)]);
  return { $defs: { ...Object.fromEntries(defs), [`a${levels}`]: { type: 'string' } }, items: { $ref: '#/$defs/a0' } };
}

describe('a schema of a skill', () => {
  it.each<[string, JsonObject]>([
    ['2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }],
    [
      'draft-07',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { a: { type: 'string' } },
        items: [{ $ref: '#/definitions/a' }],
      },
    ],
    ['a pattern', { type: 'string', pattern: '^[a-z]+$' }],
    ['a local reference', { $defs: { a: { type: 'string' } }, properties: { x: { $ref: '#/$defs/a' } } }],
    ['a tree', { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } }],
    ['a condition', JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]}}')],
    ['tuples', { prefixItems: [{ type: 'string' }], items: false }],
    ['the keyword of another implementation', { type: 'string', 'x-reyn-members-of': 'a' }],
  ])('may be %s', (_, schema) => {
    expect(problems(schema)).toEqual([]);
    compileSchema(schema);
  });

  it.each<[string, Json, string]>([
    ['no mapping', true, ': a schema is a mapping'],
    [
      'an unknown dialect',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      '$schema: this JSON Schema dialect is not known',
    ],
    [
      'an unknown keyword',
      { properties: { a: { typ: 'string' } } },
      'properties.a.typ: "typ" is no keyword of JSON Schema',
    ],
    ['an unknown type', { type: 'text' }, `type: "type" is not one of ${TYPES.join(', ')}, or a list of them`],
    [
      'a list of schemas as items',
      { items: [{ type: 'string' }] },
      'items: "items" is not one schema; a list of schemas is "prefixItems"',
    ],
    ['an unknown format', { format: 'colour' }, `format: "format" is not one of the formats ${FORMATS.join(', ')}`],
    ['an empty enum', { enum: [] }, 'enum: "enum" is not a list of one value or more'],
    ['a name twice', { required: ['a', 'a'] }, 'required: "required" is not a list of different names'],
    ['a schema that is none', { anyOf: [{ type: 'string' }, 'x'] }, 'anyOf.1: a schema is a mapping'],
    [
      'a reference to elsewhere',
      { $ref: 'https://example.org/a.json' },
      '$ref: "https://example.org/a.json" leads out of this file',
    ],
    ['a reference to nothing', { items: { $ref: '#/$defs/a' } }, 'items.$ref: "#/$defs/a" leads nowhere'],
    ['a reference in a broken spelling', { $ref: '#/%ZZ' }, '$ref: "#/%ZZ" leads nowhere'],
    ['a reference to itself', { $ref: '#' }, ': this schema refers to itself without entering the value'],
    [
      'a loop of references',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { allOf: [{ $ref: '#/$defs/a' }] } }, items: { $ref: '#/$defs/a' } },
      '$defs.a: this schema refers to itself without entering the value',
    ],
    ['references that multiply', fan(20), '$defs.a8: references multiply to more than 10000 checks of one value'],
    ['too many levels', nested(40), 'items.items.items.items: the schema nests deeper than 32 levels'],
  ])('is refused with %s', (_, schema, problem) => {
    expect(problems(schema)[0]).toBe(problem);
  });

  it('is refused when a pattern cannot run in linear time', () => {
    expect(problems({ pattern: '(a)\\1' })[0]).toContain('the schema does not compile');
  });

  it('is refused when it is large, before anything recurses over it', () => {
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`p${n}`, { type: 'string' }]));
    expect(problems({ properties })).toEqual([`: the schema has more than ${MAX_SCHEMA_NODES} parts`]);
  });

  it('that is accepted compiles, so that no run meets one that does not', () => {
    const values = fc.constantFrom<Json>(
      0,
      1,
      2,
      1.5,
      -1,
      true,
      false,
      null,
      'string',
      'object',
      'date',
      '',
      [],
      ['a'],
      ['string', 'null'],
      {},
      '#',
      '#/$defs/a',
      '^a+$',
      '(a)\\1',
    );
    const words = fc.constantFrom(...KEYWORDS.keys(), '$schema', 'unknown');
    const names = fc.constantFrom('a', 'b', 'toString');
    const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
      schema: fc.dictionary(
        words,
        fc.oneof(
          { maxDepth: 3 },
          values,
          tie('schema'),
          fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          fc.dictionary(names, tie('schema'), { maxKeys: 2 }),
        ),
        { maxKeys: 4 },
      ) as fc.Arbitrary<Json>,
    }));
    let accepted = 0;
    fc.assert(
      fc.property(schema, (value) => {
        if (schemaProblems(value).length > 0) return;
        accepted++;
        compileSchema(structuredClone(value) as JsonObject)({ a: { a: [] } });
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
