import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import { compileSchema, type JsonSchema } from '../../../src/os/schema.ts';
import { topPart } from '../../../src/os/skills/part.ts';
import { openReport } from '../../../src/os/skills/report.ts';
import { readInlineSchema } from '../../../src/os/skills/shorthand.ts';
import { readTypeText } from '../../../src/os/skills/type-text.ts';

function read(value: Json): { schema: JsonSchema | undefined; problems: string[] } {
  const report = openReport('demo');
  const schema = readInlineSchema(topPart(value, 'skill.md', report));
  return { schema, problems: report.findings.map(({ rule, message }) => `${rule.replace('format/', '')}: ${message}`) };
}

function schemaOf(value: Json): JsonSchema {
  const { schema, problems } = read(value);
  if (schema === undefined) throw new Error(problems.join('\n'));
  return schema;
}

function typeOf(text: string): unknown {
  const type = readTypeText(text);
  return type.ok ? (type.optional ? { optional: type.schema } : type.schema) : type.fix;
}

describe('a type in one text', () => {
  it.each([
    ['string', { type: 'string' }],
    [' boolean ', { type: 'boolean' }],
    ['integer?', { optional: { type: 'integer' } }],
    ['string []', { type: 'array', items: { type: 'string' } }],
    ['string[][]?', { optional: { type: 'array', items: { type: 'array', items: { type: 'string' } } } }],
    ['a | b | two words', { type: 'string', enum: ['a', 'b', 'two words'] }],
    ['a | b ?', { optional: { type: 'string', enum: ['a', 'b'] } }],
    ['(a | b)[]', { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }],
    ['number 0..1', { type: 'number', minimum: 0, maximum: 1 }],
    ['number -1.5 .. 2.25', { type: 'number', minimum: -1.5, maximum: 2.25 }],
    ['integer 1..', { type: 'integer', minimum: 1 }],
    ['integer ..10?', { optional: { type: 'integer', maximum: 10 } }],
    ['integer 1..5[]', { type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 } }],
  ])('%j is read', (text, schema) => {
    expect(typeOf(text)).toEqual(schema);
  });

  it.each([
    ['strng', 'Write "string".'],
    ['', 'Write one of string, number, integer, boolean, or words such as "low | high".'],
    ['string 1..5', 'Write "string", or JSON Schema for more.'],
    ['number 1', 'Write e.g. "number 0..1", "number 0.." or "number ..10".'],
    ['number ..', 'Write e.g. "number 0..1", "number 0.." or "number ..10".'],
    ['number 0..1..2', 'Write e.g. "number 0..1", "number 0.." or "number ..10".'],
    ['number 0x1..2', 'Write e.g. "number 0..1", "number 0.." or "number ..10".'],
    ['number 2..1', 'Write "number 1..2".'],
    ['integer 0.5..1', 'Write whole bounds, e.g. "integer 1..5".'],
    ['string | null', 'Write a union of types as JSON Schema ("anyOf").'],
    ['a | b[]', 'Write "(a | b)[]".'],
    ['a | ', 'Write plain words, e.g. "low | high".'],
    ['a | a', 'Name each word once.'],
    ['string[][][][][]', 'Write it as JSON Schema.'],
    ['x'.repeat(3000), 'Write it as JSON Schema.'],
  ])('%j is refused with the way out', (text, fix) => {
    expect(typeOf(text)).toBe(fix);
  });

  it('never throws, and what it accepts compiles', () => {
    const piece = fc.constantFrom(
      'string',
      'number',
      'integer',
      ' ',
      '..',
      '0',
      '1.5',
      '-',
      '[]',
      '?',
      '(',
      ')',
      '|',
      'a',
      '🙂',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const type = readTypeText(pieces.join(''));
        if (type.ok) compileSchema(type.schema);
        else expect(type.fix).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an inline artifact', () => {
  it('in shorthand is an object closed to other fields', () => {
    expect(schemaOf({ title: 'string', points: 'string[]', note: 'string?' })).toEqual({
      type: 'object',
      properties: {
        title: { type: 'string' },
        points: { type: 'array', items: { type: 'string' } },
        note: { type: 'string' },
      },
      required: ['title', 'points'],
      additionalProperties: false,
    });
  });

  it('nests: mappings, lists of mappings, optional names, JSON Schema for one field', () => {
    const schema = schemaOf({
      author: { name: 'string' },
      'links?': [{ url: 'string' }],
      tag: { type: 'string', minLength: 2 },
      kind: { enum: ['a', 'b'] },
    });
    expect(schema).toMatchObject({
      properties: {
        author: { type: 'object', required: ['name'], additionalProperties: false },
        links: { type: 'array', items: { type: 'object', properties: { url: { type: 'string' } } } },
        tag: { type: 'string', minLength: 2 },
        kind: { enum: ['a', 'b'] },
      },
      required: ['author', 'tag', 'kind'],
    });
  });

  it('may have fields whose names are keywords', () => {
    expect(schemaOf({ title: 'string', description: 'string' }).required).toEqual(['title', 'description']);
    expect(schemaOf({ type: 'string', name: 'string' }).required).toEqual(['type', 'name']);
    expect(schemaOf({ type: 'bug | wish', steps: 'string[]' }).required).toEqual(['type', 'steps']);
    expect(schemaOf({ items: [{ type: 'string', price: 'number' }] })).toMatchObject({
      properties: { items: { items: { required: ['type', 'price'] } } },
    });
  });

  it('in JSON Schema is taken as it is', () => {
    const schema = { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] };
    expect(schemaOf(schema)).toEqual(schema);
    expect(schemaOf({ anyOf: [{ type: 'object' }, { type: 'string' }] })).toEqual({
      anyOf: [{ type: 'object' }, { type: 'string' }],
    });
  });

  it('is refused when it reads both ways', () => {
    expect(read({ type: 'string', title: 'string' }).problems).toEqual([
      'ambiguous-schema: this reads as JSON Schema and as fields',
    ]);
    expect(read({ type: 'string' }).problems[0]).toContain('ambiguous-schema');
  });

  it.each<[string, Json, string]>([
    ['nothing', {}, 'empty-schema: the schema is empty'],
    ['a number as a type', { a: 1 }, 'shorthand: this is not a type'],
    ['null as a type', { a: null }, 'shorthand: this is not a type'],
    ['an empty field', { a: {} }, 'shorthand: this is not a type'],
    ['two types in a list', { a: ['string', 'number'] }, 'shorthand: a list of types has exactly one item'],
    ['an optional item', { a: ['string?'] }, 'shorthand: an item of a list cannot be optional'],
    ['a field twice', { a: 'string', 'a?': 'string' }, 'shorthand: the field "a" is there twice or has no name'],
    ['a list', ['string'], 'wrong-kind: the value is a list, not a mapping of fields'],
    ['a misspelt keyword', { a: { type: 'string', minLenght: 1 } }, 'schema: "minLenght" is no keyword of JSON Schema'],
    ['a misspelt type', { type: 'string', points: 'strng' }, 'shorthand: "strng" is not a type'],
  ])('is refused with %s', (_, value, problem) => {
    expect(read(value).problems).toEqual([problem]);
  });

  it('never throws, and what it accepts compiles', () => {
    const leaf = fc.constantFrom<Json>('string', 'string?', 'a | b', 'number 0..1', 'oops', 1, null, true, 'object');
    const names = fc.constantFrom(
      'type',
      'title',
      'items',
      'properties',
      'enum',
      'const',
      'a',
      'b?',
      'required',
      '$ref',
      'toString',
    );
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
        fc.array(tie('tree'), { maxLength: 2 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { schema, problems } = read(value);
        if (schema === undefined) expect(problems.length).toBeGreaterThan(0);
        else {
          expect(problems).toEqual([]);
          compileSchema(schema);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
