import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { misfits } from '../../../src/os/config/check.ts';
import { CONFIG_FILE, ConfigFileSchema, NEED_KINDS } from '../../../src/os/config/schema.ts';
import type { Json } from '../../../src/os/json.ts';
import type { NeedKind } from '../../../src/os/permissions/need.ts';
import { compileSchema } from '../../../src/os/schema.ts';

const KEYWORDS = [
  'type',
  'enum',
  'properties',
  'additionalProperties',
  'required',
  'items',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'minLength',
  'maxLength',
  'description',
  'title',
];

const scalar = fc.oneof(
  fc.constantFrom<Json>('tools', 'suspend', 'stop', 'exec', 'scripted', '', 'x'.repeat(201), null, true, [], {}),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0.5, 1e7, 86_401),
);
/** Mostly a value that fits, now and then any. */
const near = (fitting: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: scalar });
const some = (members: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Json> =>
  near(fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Json>);
const stray = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: scalar });
const text = near(fc.constantFrom('a', 'x'.repeat(200)));
const number = near(fc.constantFrom(1, 2.5));
const count = near(fc.constantFrom(1, 7));

const price = near(fc.record({ input: number, output: number, cached: number }, { requiredKeys: ['input', 'output'] }));
const model = some({
  provider: near(fc.constantFrom('scripted', 'openai-compatible')),
  base_url: text,
  encoding: near(fc.constantFrom('tools', 'json')),
  max_output_tokens: count,
  timeout: number,
  price,
});
const rule = near(fc.record({ need: near(fc.constantFrom(...NEED_KINDS)), skill: text }, { requiredKeys: ['need'] }));
const rules = near(fc.array(rule, { maxLength: 2 }));
const file = some({
  model: text,
  models: near(fc.dictionary(fc.constantFrom('a', 'toString'), model)),
  classes: near(fc.dictionary(fc.constant('light'), text)),
  limits: some({
    usd: number,
    max_turns: count,
    max_phase_visits: count,
    on_limit: near(fc.constantFrom('stop', 'ask')),
  }),
  policy: some({ allow: rules, deny: rules }),
  on_ask: near(fc.constantFrom('suspend', 'fail')),
}).chain((made) => {
  const strange = fc.constantFrom('modle', 'constructor', 'limit');
  return fc
    .tuple(fc.constant(made), strange, stray)
    .map(([whole, key, value]) =>
      value === undefined || typeof whole !== 'object' || whole === null ? whole : { ...whole, [key]: value },
    );
});

describe('the check of a configuration file', () => {
  it('finds a file wrong exactly when the JSON Schema does', () => {
    const check = compileSchema(ConfigFileSchema);
    const seen = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(file, (value) => {
        const found = misfits(CONFIG_FILE, value);
        expect(found.length === 0).toBe(check(value).length === 0);
        seen[found.length === 0 ? 'right' : 'wrong']++;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(100);
  });

  it('knows every keyword that the schema uses', () => {
    const used = new Set<string>();
    const walk = (node: Record<string, unknown>): void => {
      for (const [keyword, value] of Object.entries(node)) {
        used.add(keyword);
        const inside = keyword === 'properties' ? Object.values(value as object) : [value];
        if (['properties', 'items', 'additionalProperties'].includes(keyword)) {
          for (const each of inside) if (typeof each === 'object') walk(each as Record<string, unknown>);
        }
      }
    };
    walk(JSON.parse(JSON.stringify(ConfigFileSchema)) as Record<string, unknown>);
    expect([...used].filter((keyword) => !KEYWORDS.includes(keyword))).toEqual([]);
  });

  it('knows every kind of need', () => {
    const kinds: readonly NeedKind[] = NEED_KINDS;
    const all: Record<NeedKind, true> = {
      'file.read': true,
      'file.write': true,
      'skill.run': true,
      'skill.write': true,
      exec: true,
      net: true,
      mcp: true,
      recall: true,
      index: true,
      eval: true,
    };
    expect([...kinds].sort()).toEqual(Object.keys(all).sort());
  });
});
