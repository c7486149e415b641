import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasProtoKey, type Json, type JsonObject } from '../../../src/os/json.ts';
import { DEGRADATIONS, STRICT_LIMITS, wireSchema } from '../../../src/os/models/schema-codec.ts';
import { compileSchema, type JsonSchema } from '../../../src/os/schema.ts';

/** A schema with an arbitrary of values that fit it and have no undeclared property. */
type Sample = { schema: JsonSchema; values: fc.Arbitrary<Json> };

const words = fc.option(fc.record({ description: fc.string({ maxLength: 5 }) }), { nil: {} });
/** Any JSON but what no reply may hold: `-0` has no JSON text of its own, and `__proto__` is refused. */
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => !hasProtoKey(value));
const keys = fc.string().filter((key) => key !== '__proto__');
const names = fc.constantFrom('type', 'value', 'a', 'b', 'toString', 'constructor', 'data', '', 'ü', 'x y');

const leaf: fc.Arbitrary<Sample> = fc.oneof<fc.Arbitrary<Sample>[]>(
  fc.constant({ schema: { type: 'string' }, values: fc.string() }),
  fc.constant({ schema: { type: 'string', minLength: 2, maxLength: 4000 }, values: fc.string({ minLength: 2 }) }),
  fc.constant({ schema: { type: 'string', pattern: '^a' }, values: fc.string().map((text) => `a${text}`) }),
  fc.constant({ schema: { type: 'integer', minimum: -3, maximum: 9 }, values: fc.integer({ min: -3, max: 9 }) }),
  fc.constant({
    schema: { type: 'number' },
    values: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  }),
  fc.constant({ schema: { type: 'boolean' }, values: fc.boolean() }),
  fc.constant({ schema: { type: 'null' }, values: fc.constant(null) }),
  fc.constant({ schema: { type: ['string', 'null'] }, values: fc.option(fc.string()) }),
  fc.constant({ schema: { enum: ['x', 1, null] }, values: fc.constantFrom('x', 1, null) }),
  fc.constant({ schema: { const: 'only' }, values: fc.constant('only') }),
  fc.constant({ schema: {}, values: json }),
  fc.constant({ schema: { type: 'object' }, values: fc.dictionary(keys, json).map((map) => ({ ...map })) }),
  fc.constant({
    schema: { type: 'object', additionalProperties: { type: 'integer' } },
    values: fc.dictionary(keys, fc.integer()).map((map) => ({ ...map })),
  }),
  fc.constant({
    schema: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'integer' } },
    values: fc.tuple(fc.string(), fc.integer()) as fc.Arbitrary<Json>,
  }),
);

const samples: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    listOf(tie('sample')),
    objectOf(tie('sample')),
    choiceOf(tie('sample')),
  ),
})).sample;

function listOf(item: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(item, words).map(([{ schema, values }, more]) => ({
    schema: { type: 'array', items: schema, ...more },
    values: fc.array(values, { maxLength: 3 }) as fc.Arbitrary<Json>,
  }));
}

function objectOf(member: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const members = fc.uniqueArray(fc.record({ name: names, sample: member, required: fc.boolean() }), {
    selector: ({ name }) => name,
    maxLength: 4,
  });
  return fc.tuple(members, fc.constantFrom<Json | undefined>(false, undefined), words).map(([given, open, more]) => ({
    schema: {
      type: 'object',
      properties: Object.fromEntries(given.map(({ name, sample }) => [name, sample.schema])),
      required: given.filter(({ required }) => required).map(({ name }) => name),
      ...(open === undefined ? {} : { additionalProperties: open }),
      ...more,
    },
    values: fc
      .tuple(
        ...given.map(({ name, sample, required }) =>
          (required ? sample.values : fc.option(sample.values, { nil: undefined })).map(
            (value) => [name, value] as const,
          ),
        ),
      )
      .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Json),
  }));
}

function choiceOf(branch: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(fc.constantFrom('anyOf', 'oneOf'), branch, branch).map(([keyword, one, other]) => ({
    schema: { [keyword]: [one.schema, other.schema] },
    values: fc.oneof(one.values, other.values),
  }));
}

const pairs = samples.chain(({ schema, values }) => values.map((value) => ({ schema, value })));

const fitting = pairs.filter(({ schema, value }) => compileSchema(schema)(value).length === 0);

describe.each(DEGRADATIONS)('the wire form as far as %s', (step) => {
  it('takes every valid value in wire form, and gives it back unchanged', () => {
    fc.assert(
      fc.property(fitting, ({ schema, value }) => {
        const wire = wireSchema(schema, step);
        const sent = wire.encode(value);
        expect(compileSchema(wire.schema)(sent)).toEqual([]);
        expect(wire.undo(sent)).toEqual(value);
      }),
      { numRuns: 80 },
    );
  });

  it('undoes nothing but its own form: any value whatever goes through without a crash', () => {
    fc.assert(
      fc.property(samples, json, ({ schema }, value) => {
        expect(() => wireSchema(schema, step).undo(value)).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });
});

const WIRE_KEYWORDS = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'description',
];

function checkStrict(node: Json | undefined): void {
  const schema = node as JsonObject;
  expect(Object.keys(schema).filter((keyword) => !WIRE_KEYWORDS.includes(keyword))).toEqual([]);
  expect(schema.type ?? schema.anyOf).toBeDefined();
  if (schema.type === 'object') {
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(Object.keys(schema.properties as JsonObject));
  }
  for (const member of Object.values((schema.properties as JsonObject | undefined) ?? {})) checkStrict(member);
  for (const branch of (schema.anyOf as Json[] | undefined) ?? []) checkStrict(branch);
  if (schema.type === 'array') checkStrict(schema.items);
}

describe('the strict form', () => {
  it('is closed, requires every property, and has only keywords of the subset, for any schema', () => {
    fc.assert(
      fc.property(samples, ({ schema }) => {
        const wire = wireSchema(schema, 'object_root');
        expect(wire.strict).toBe(true);
        expect(wire.schema.type).toBe('object');
        checkStrict(wire.schema);
      }),
      { numRuns: 80 },
    );
  });

  const optional: JsonSchema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: ['string', 'null'] }, c: { type: ['string', 'null'] } },
    required: ['b'],
    additionalProperties: false,
  };

  it('takes null for an optional property as left out, and keeps a null the original allows', () => {
    const { undo } = wireSchema(optional, 'object_root');
    expect(undo({ a: null, b: null, c: null })).toEqual({ b: null });
    expect(undo({ a: 'x', b: 'y', c: 'null' })).toEqual({ a: 'x', b: 'y', c: null });
  });

  it('leaves a null in an undeclared or required place for the original schema to refuse', () => {
    const { undo } = wireSchema(optional, 'object_root');
    expect(undo({ b: null, d: null })).toEqual({ b: null, d: null });
    const required = wireSchema({ ...optional, required: ['a'] }, 'object_root');
    expect(required.undo({ a: null, b: null, c: null })).toEqual({ a: null });
  });

  it('sends an enum of objects as text', () => {
    const wire = wireSchema({ enum: [{ deep: 1 }, 'x'] }, 'limit_size');
    expect(wire.schema.type).toBe('string');
    expect(wire.undo(wire.encode({ deep: 1 }))).toEqual({ deep: 1 });
  });

  it('wraps a root that is no object', () => {
    const wire = wireSchema({ type: 'number', minimum: 0, maximum: 1 }, 'object_root');
    expect(wire.schema).toEqual({
      type: 'object',
      properties: { value: { type: 'number', description: '(minimum: 0, maximum: 1)' } },
      required: ['value'],
      additionalProperties: false,
    });
    expect(wire.encode(0.5)).toEqual({ value: 0.5 });
    expect(wire.undo({ value: 0.5 })).toBe(0.5);
    expect(wire.undo({ value: 0.5, more: 1 })).toEqual({ value: 0.5, more: 1 });
  });

  it('tells objects of a choice apart by nothing but their type, so two kinds of object travel as text', () => {
    const branch = (name: string): JsonSchema => ({
      type: 'object',
      properties: { [name]: { type: 'string' } },
      additionalProperties: false,
    });
    const wire = wireSchema({ anyOf: [branch('a'), branch('b')] }, 'close_objects');
    expect(wire.schema.type).toBe('string');
    expect(wire.undo(wire.encode({ b: 'x' }))).toEqual({ b: 'x' });
  });

  it('keeps to the limits: what is too deep or too much travels as text', () => {
    let deep: JsonSchema = { type: 'string' };
    for (let i = 0; i < 30; i++)
      deep = { type: 'object', properties: { a: deep }, required: ['a'], additionalProperties: false };
    const wide = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: STRICT_LIMITS.properties + 1 }, (_, i) => [`p${i}`, { type: 'string' }]),
      ),
    };
    for (const schema of [deep, wide]) {
      const wire = wireSchema(schema, 'object_root');
      checkStrict(wire.schema);
      expect(JSON.stringify(wire.schema).match(/"properties"/g)?.length ?? 0).toBeLessThanOrEqual(
        STRICT_LIMITS.depth + 1,
      );
    }
    expect(wireSchema(wide, 'limit_size').schema.type).toBe('string');
    let value: Json = 'x';
    for (let i = 0; i < 30; i++) value = { a: value };
    const wire = wireSchema(deep, 'limit_size');
    expect(compileSchema(wire.schema)(wire.encode(value))).toEqual([]);
    expect(wire.undo(wire.encode(value))).toEqual(value);
  });
});

describe('the looser forms', () => {
  const tree: JsonSchema = {
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['name'],
      },
      'odd/name': { type: 'integer' },
    },
    type: 'object',
    properties: {
      root: { $ref: '#/$defs/node', description: 'The root.' },
      count: { $ref: '#/$defs/odd~1name' },
      all: { type: 'array', items: { $ref: '#' } },
    },
  };

  it('hold no reference, and open one that leads back to itself', () => {
    const wire = wireSchema(tree, 'inline_refs');
    expect(JSON.stringify(wire.schema)).not.toMatch(/"\$ref"|"\$defs"/);
    expect(wire.schema.properties).toMatchObject({
      root: {
        type: 'object',
        description: 'The root.',
        properties: { name: { type: 'string' }, children: { items: { description: '(as in #/$defs/node)' } } },
      },
      count: { type: 'integer' },
    });
    const value = { root: { name: 'a', children: [{ name: 'b', children: [] }] }, count: 2, all: [{ count: 3 }] };
    for (const step of DEGRADATIONS) {
      const form = wireSchema(tree, step);
      expect(compileSchema(form.schema)(form.encode(value))).toEqual([]);
      expect(form.undo(form.encode(value))).toEqual(value);
    }
  });

  it('stay small when references multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `d${i}`,
        { type: 'object', properties: { a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } } },
      ]),
    );
    const wire = wireSchema({ $ref: '#/$defs/d0', $defs: { ...$defs, d30: { type: 'string' } } }, 'object_root');
    expect(JSON.stringify(wire.schema).length).toBeLessThan(2_000_000);
  });

  it('follow no reference out of the schema', () => {
    for (const $ref of ['https://example.com/schema.json', '#anchor', '#/$defs/none', '#/%E0%A4%A', 'other.json#/a']) {
      expect(wireSchema({ type: 'object', properties: { a: { $ref } } }, 'inline_refs').schema.properties).toEqual({
        a: { description: `(as in ${$ref})` },
      });
    }
  });

  it('do not tighten a negation by opening what it refers to', () => {
    const schema: JsonSchema = {
      $defs: { loop: { type: 'array', items: { $ref: '#/$defs/loop' } } },
      not: { $ref: '#/$defs/loop' },
    };
    expect(compileSchema(wireSchema(schema, 'inline_refs').schema)([5])).toEqual([]);
  });

  it('put large bounds into words and leave small ones', () => {
    const schema: JsonSchema = { type: 'string', minLength: 1, maxLength: 4000, description: 'A title.' };
    expect(wireSchema(schema, 'describe_bounds').schema).toEqual({
      type: 'string',
      minLength: 1,
      description: 'A title. (maxLength: 4000)',
    });
  });

  it('put keywords into words without refusing what the original takes', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: { a: { type: 'string', format: 'date' } },
      patternProperties: { '^x': { type: 'integer' } },
      additionalProperties: false,
      minProperties: 1,
    };
    const wire = wireSchema(schema, 'describe_keywords').schema;
    expect(compileSchema(wire)({ a: '2026-01-01', x1: 5 })).toEqual([]);
    expect(wire.description).toContain('minProperties: 1');
    expect(wire.properties).toEqual({ a: { type: 'string', description: '(format: "date")' } });
  });

  it('are made once for the same schema object', () => {
    expect(wireSchema(tree, 'inline_refs')).toBe(wireSchema(tree, 'inline_refs'));
  });
});
