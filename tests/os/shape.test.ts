import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPS } from '../../src/ops.ts';
import { ConfigFileSchema } from '../../src/os/config/schema.ts';
import { NEED_KINDS, OP_KINDS } from '../../src/os/config/schema-governance.ts';
import { PROJECT_EVENTS, RUN_EVENTS } from '../../src/os/events/event.ts';
import { ScriptSchema } from '../../src/os/models/script.ts';
import type { NeedKind } from '../../src/os/permissions/need.ts';
import { compileSchema } from '../../src/os/schema.ts';
import { misfits, type Shape } from '../../src/os/shape.ts';

/** Every schema that is checked by walking. */
const SCHEMAS: readonly [name: string, schema: Shape][] = [
  ['a configuration file', ConfigFileSchema],
  ['a file of scripted rules', ScriptSchema],
  ...Object.entries(RUN_EVENTS),
  ...Object.entries(PROJECT_EVENTS),
].map(([name, schema]) => [name as string, schema as unknown as Shape]);

const KEYWORDS: Readonly<Record<keyof Shape, true>> = {
  type: true,
  enum: true,
  const: true,
  anyOf: true,
  properties: true,
  patternProperties: true,
  additionalProperties: true,
  required: true,
  items: true,
  minItems: true,
  maxItems: true,
  minimum: true,
  exclusiveMinimum: true,
  maximum: true,
  minLength: true,
  maxLength: true,
  description: true,
  title: true,
};

const anything = fc.constantFrom<unknown>(
  '',
  'a',
  '🙂',
  'x'.repeat(201),
  null,
  true,
  -1,
  0,
  1,
  1.5,
  1e7,
  [],
  [1],
  {},
  { a: 1 },
);

/** Values near a schema: mostly right, now and then anything, a member more or one less, at every depth. */
function near(schema: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: fitting(schema) }, { weight: 1, arbitrary: anything });
}

function fitting(schema: Shape): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(near));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object':
      return members(schema);
    case 'array':
      return fc.array(near(schema.items ?? {}), { maxLength: 2 });
    case 'string':
      return fc.constantFrom(
        'x'.repeat(Math.max(1, schema.minLength ?? 0)),
        '🙂'.repeat(schema.maxLength ?? schema.minLength ?? 3),
      );
    case 'integer':
      return fc.constantFrom(schema.minimum ?? 1, 7);
    case 'number':
      return fc.constantFrom(schema.minimum ?? 0.5, 1);
    case 'boolean':
      return fc.boolean();
    default:
      return anything;
  }
}

function members(schema: Shape): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], patternProperties = {}, additionalProperties } = schema;
  const own = Object.fromEntries(Object.entries(properties).map(([key, shape]) => [key, near(shape)]));
  const requiredKeys = fc.oneof(
    { weight: 30, arbitrary: fc.constant([...required]) },
    { weight: 1, arbitrary: fc.constant([]) },
  );
  const named = requiredKeys.chain((keys) => fc.record(own, { requiredKeys: keys as never }));
  const [of = typeof additionalProperties === 'object' ? additionalProperties : undefined] =
    Object.values(patternProperties);
  const more = of === undefined ? fc.constant({}) : fc.dictionary(fc.constantFrom('a', 'toString'), near(of));
  const stray = fc.oneof(
    { weight: 30, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('constructor', 'zzz'), anything) },
  );
  return fc.tuple(named, more, stray).map((parts) => Object.assign({}, ...parts) as unknown);
}

describe('checking a value by walking the schema', () => {
  it.each(SCHEMAS)('finds %s wrong exactly when the compiled schema does', (_, schema) => {
    const check = compileSchema(schema as never);
    const seen = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(near(schema), (value) => {
        const found = misfits(schema, value);
        expect(found.length === 0).toBe(check(value).length === 0);
        seen[found.length === 0 ? 'right' : 'wrong']++;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(5);
  });

  it.each(SCHEMAS)('knows every keyword that the schema of %s uses', (_, schema) => {
    const unknown = new Set<string>();
    const walk = (node: Shape): void => {
      for (const keyword of Object.keys(node)) if (!(keyword in KEYWORDS)) unknown.add(keyword);
      const { properties = {}, patternProperties = {}, anyOf = [], items, additionalProperties } = node;
      const inside = [
        ...Object.values(properties),
        ...Object.values(patternProperties),
        ...anyOf,
        items,
        additionalProperties,
      ];
      for (const each of inside) if (typeof each === 'object') walk(each);
    };
    walk(JSON.parse(JSON.stringify(schema)) as Shape);
    expect([...unknown]).toEqual([]);
  });

  it('names the place and what is wrong there', () => {
    const schema: Shape = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'integer', minimum: 1 } }, kind: { enum: ['a', 'b'] } },
      required: ['kind', 'toString'],
      additionalProperties: false,
    };
    expect(misfits(schema, { list: [1, 0, 'x'], more: 1 })).toEqual([
      { path: [], message: 'lacks "kind"' },
      { path: [], message: 'lacks "toString"' },
      { path: ['list', '1'], message: 'must be >= 1' },
      { path: ['list', '2'], message: 'must be integer' },
      { path: ['more'], message: 'is unknown', unknown: true },
    ]);
  });
});

describe('the kinds of need a rule may speak of', () => {
  it('are all there are', () => {
    const all: Record<NeedKind, true> = {
      'file.read': true,
      'file.write': true,
      'skill.run': true,
      'skill.write': true,
      exec: true,
      net: true,
      mcp: true,
      python: true,
      secret: true,
      recall: true,
      index: true,
      eval: true,
    };
    expect([...NEED_KINDS].sort()).toEqual(Object.keys(all).sort());
  });
});

describe('the kinds of op a rule may speak of', () => {
  it('are all there are', () => {
    expect([...OP_KINDS].sort()).toEqual(OPS.map(({ kind }) => kind).sort());
  });
});
