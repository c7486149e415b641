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

/** Values near the schema: right keys and wrong, right values and wrong, at every level. */
const scalar = fc.oneof(
  fc.constantFrom<Json>('tools', 'suspend', 'stop', 'exec', 'scripted', '', 'x'.repeat(201), null, true, [], {}),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0.5, 1e7, 86_401),
);
const price = fc.dictionary(fc.constantFrom('input', 'output', 'cached', 'x'), scalar);
const model = fc.dictionary(
  fc.constantFrom(
    'provider',
    'model',
    'base_url',
    'encoding',
    'max_output_tokens',
    'timeout',
    'api_key_env',
    'price',
    'x',
  ),
  fc.oneof(scalar, price),
);
const rule = fc.dictionary(fc.constantFrom('need', 'resource', 'skill', 'toString'), scalar);
const rules = fc.oneof(scalar, fc.array(fc.oneof(rule, scalar), { maxLength: 2 }));
const limits = fc.dictionary(
  fc.constantFrom('usd', 'max_turns', 'max_phase_visits', 'on_limit', 'seconds', 'x'),
  scalar,
);
const file = fc.record(
  {
    model: scalar,
    base_url: scalar,
    models: fc.oneof(scalar, fc.dictionary(fc.constantFrom('a', 'toString'), fc.oneof(scalar, model))),
    classes: fc.oneof(scalar, fc.dictionary(fc.constant('light'), scalar)),
    limits: fc.oneof(scalar, limits),
    policy: fc.oneof(scalar, fc.record({ allow: rules, deny: rules, x: scalar }, { requiredKeys: [] })),
    on_ask: scalar,
    language: scalar,
    constructor: scalar,
  },
  { requiredKeys: [] },
);

describe('the check of a configuration file', () => {
  it('finds a file wrong exactly when the JSON Schema does', () => {
    const check = compileSchema(ConfigFileSchema);
    const seen = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(fc.oneof(file, scalar), (value) => {
        const found = misfits(CONFIG_FILE, value as Json);
        expect(found.length === 0).toBe(check(value).length === 0);
        seen[found.length === 0 ? 'right' : 'wrong']++;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(50);
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
