import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setConfigKey } from '../../src/os/config/edit.ts';
import { DEFAULT_LIMITS } from '../../src/os/config/limits.ts';
import { checkConfig, configDigest, readConfig, showConfig } from '../../src/os/config/read.ts';
import { UserError } from '../../src/os/errors.ts';
import { type Json, sameJson, setPath } from '../../src/os/json.ts';
import { readYaml } from '../../src/os/yaml.ts';
import { flowText } from '../../src/os/yaml-text.ts';
import { runs } from './scale.ts';
import { anyJson, anyText, edited, editsWith } from './text.ts';

const GOOD = `# what this project uses
model: small
language: "en"
models:
  small: { provider: scripted }
  big:
    provider: openai-compatible
    model: qwen3 # a comment
    base_url: http://localhost:11434/v1
    price: { input: 1, output: 2.5 }
limits: { max_turns: 30, usd: 2 }
policy:
  allow:
    - { need: file.write, resource: "out/**" }
  deny: []
on_ask: fail
`;

const KEYS = [
  ...['model', 'models', 'limits', 'policy', 'on_ask', 'router', 'language', 'embeddings', 'base_url', 'classes'],
  ...['small', 'big', 'provider', 'price', 'input', 'allow', 'deny', 'need', 'resource', 'skill', 'api_key_env'],
  ...Object.keys(DEFAULT_LIMITS),
  ...['__proto__', 'constructor', 'toString', 'api_key', ''],
];
const VALUES = ['scripted', 'openai-compatible', 'small', 'file.write', '**', 'fail', 'suspend', 'stop', 'tools'];

/** Configurations as they might have been meant, with anything anywhere. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...VALUES, null, true, 0, 1, -1, 1.5, 1e21),
    anyJson,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 5 }),
  ),
})).any;
const shaped = fc
  .dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 5 })
  .map((top) => `${flowText(JSON.parse(JSON.stringify(top)) as Json)}\n`);
const spoilt = editsWith(['\n', ': ', '  ', '- ', '"', '{', 'null', '[]', '&a ', '!!x ', '1e999']).map((edits) =>
  edited(GOOD, edits),
);
const text = fc.oneof(shaped, spoilt, anyText);

describe('the configuration, whatever its files say', () => {
  let root = '';
  const sources = () => ({ root, env: {} });
  const write = (given: string) => fs.writeFileSync(path.join(root, 'reyn.yaml'), given);
  const written = () => fs.readFileSync(path.join(root, 'reyn.yaml'), 'utf8');
  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-config-'));
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  it('is taken, or refused at a place with a sentence', () => {
    let taken = 0;
    fc.assert(
      fc.property(text, text, (project, local) => {
        write(project);
        fs.writeFileSync(path.join(root, 'reyn.local.yaml'), local);
        const problems = checkConfig(sources());
        for (const { message, where } of problems) {
          const lines = (where.file === 'reyn.yaml' ? project : local).split('\n').length;
          expect(message).toMatch(/\S.*\.$/s);
          expect(['reyn.yaml', 'reyn.local.yaml']).toContain(where.file);
          expect(where.line).toBeLessThanOrEqual(lines);
        }
        if (problems.length > 0) {
          expect(() => readConfig(sources())).toThrow(UserError);
          return;
        }
        taken++;
        const config = readConfig(sources());
        expect(configDigest(config)).toBe(configDigest(readConfig(sources())));
        expect(Object.values(config.limits)).not.toContain(undefined);
        for (const { value: shown } of showConfig(sources())) expect(shown).toBeDefined();
      }),
      {
        numRuns: runs(150),
        examples: [
          [GOOD, ''],
          [GOOD, 'language: de\n'],
        ],
      },
    );
    expect(taken).toBeGreaterThan(1);
    fs.rmSync(path.join(root, 'reyn.local.yaml'));
  });

  it('has one value changed by an edit and no other, or is left as it was', () => {
    const key = fc.oneof(
      fc.constantFrom('model', 'language', 'limits.usd', 'limits.max_turns', 'on_ask', 'models.big.model', 'router'),
      fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      anyText,
    );
    const next = fc.oneof(fc.constantFrom('small', '5', 'null', '"x"', 'a: b', '[1]', 'fail', ''), anyText);
    let changed = 0;
    fc.assert(
      fc.property(fc.oneof(spoilt, shaped, fc.constant(GOOD)), key, next, (given, at, to) => {
        write(given);
        const before = readYaml(written());
        try {
          const edit = setConfigKey(sources(), at, to);
          const after = readYaml(written());
          if (!before.ok || !after.ok) throw new Error('what was changed cannot be read');
          const path = at.replaceAll('"', '').split('.');
          expect(sameJson(after.source.value, setPath(before.source.value ?? {}, path, edit.value))).toBe(true);
          changed++;
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(written()).toBe(Buffer.from(given).toString('utf8'));
        }
        expect(fs.readdirSync(root)).toEqual(['reyn.yaml']);
      }),
      { numRuns: runs(150), examples: [[GOOD, 'limits.usd', '5']] },
    );
    expect(changed).toBeGreaterThan(1);
  });
});
