import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_ENV } from '../../../src/os/lint/examples.ts';
import type { Finding } from '../../../src/os/skills/finding.ts';
import { lintFiles, lintText, spots } from './lint-text.ts';

/** A skill of two phases; everything of it can be replaced. */
function skillMd(parts: Readonly<Record<string, unknown>>, instructions = 'Do it well.'): string {
  const keys = {
    type: 'skill',
    name: 'example',
    artifacts: { result: { body: 'string', score: 'number 0..1' } },
    graph: { work: ['check'], check: ['work', 'end'] },
    entry: 'work',
    ...parts,
  };
  const sections = ['work', 'check'].map((name) => {
    const input = name === 'work' ? 'user_message | result' : 'result';
    return `## phase: ${name}\n\n\`\`\`yaml\n${JSON.stringify({ input })}\n\`\`\`\n\n${instructions}\n`;
  });
  return `---\n${JSON.stringify(keys)}\n---\n${sections.join('\n')}`;
}

const words = fc.constantFrom(
  ...['work', 'check', 'phase', 'example', 'skill', 'result', 'body', 'score', 'go', 'to', 'the', 'next', 'repeat'],
  ...[
    'until',
    'finish',
    'when',
    '`',
    '``',
    '```',
    '~~~',
    '-',
    '*',
    '|',
    '1.',
    '#',
    '<!--',
    '-->',
    '\n',
    '\n\n',
    ':',
    '.',
  ],
  ...[
    'next_phase',
    '"',
    '…',
    '\u0000',
    '\u2028',
    '\ud800',
    'İ',
    '日本',
    '\r',
    '\t',
    '[]',
    '{',
    '}',
    'loop',
    'back',
    'then',
  ],
);
const prose = fc.oneof(
  fc.array(words, { maxLength: 60 }).map((parts) => parts.join(' ')),
  fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

const scalar = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('good', '', 'a'),
);
const schema = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.dictionary(
      fc.constantFrom('minimum', 'maximum', 'exclusiveMinimum', 'minLength', 'maxLength', 'minItems', 'maxProperties'),
      fc.nat(9),
      { maxKeys: 3 },
    ),
    fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'object', 'array', 'null', 'boolean') }),
    fc.record({ enum: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
    fc.record({ const: scalar }),
    fc.record({
      anyOf: fc.array(fc.record({ type: fc.constantFrom('string', 'number') }), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'body'), tie('sub')),
    }),
  ),
  sub: fc.oneof(
    fc.record({ type: fc.constantFrom('string', 'number', 'array') }),
    fc.constant({ $ref: '#/properties/body' }),
  ),
})).any;
const path = fc.constantFrom(
  ...[
    'body',
    'score',
    'artifact.body',
    'input.text',
    'input.body',
    'visits.work',
    'visits.check',
    'body.0.a',
    'a.b.c',
    'run',
  ],
);
const from = fc.constantFrom(
  'input.body',
  'input',
  'run.input.text',
  'phases.work.body',
  'phases.check.score',
  'input.x.y',
);
const edge = fc.oneof(
  fc.constantFrom('work', 'check', 'end'),
  fc.record(
    {
      to: fc.constantFrom('work', 'check', 'end'),
      when: fc.dictionary(path, schema, { maxKeys: 3 }),
      carry: fc.dictionary(fc.constantFrom('body', 'score'), from, { maxKeys: 2 }),
    },
    { requiredKeys: ['to'] },
  ),
);
const graph = fc.record({ work: fc.array(edge, { maxLength: 3 }), check: fc.array(edge, { maxLength: 3 }) });
const artifacts = fc.record({
  result: fc.oneof(
    fc.constant({ body: 'string', score: 'number?' }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('body', 'score', 'a'), schema),
    }),
  ),
});

describe('lintSkill', () => {
  it('never throws whatever the graph, and finds the same again', () => {
    let loaded = 0;
    const check = fc.property(graph, artifacts, (edges, types) => {
      const text = skillMd({ graph: edges, artifacts: types });
      const findings = lintText(text);
      if (!findings.some(({ rule }) => rule.startsWith('format/'))) loaded++;
      expect(lintText(text)).toEqual(findings);
      expectSound(findings, text);
    });
    fc.assert(check, { numRuns: 600 });
    expect(loaded).toBeGreaterThan(50); // else this tests the loader
  });

  it('never throws whatever the prose, and every place is in the text', () => {
    const check = fc.property(prose, (instructions) => {
      const text = `---\ntype: phase\nname: work\ninput: user_message | result\n---\n${instructions}`;
      const findings = lintFiles({
        'skill.md': skillMd({}).split('## phase')[0] ?? '',
        'phases/work.md': text,
        'phases/check.md': '---\ntype: phase\nname: check\ninput: result\n---\nCheck it.\n',
      });
      expectSound(
        findings.filter(({ file }) => file === 'phases/work.md'),
        text,
      );
    });
    fc.assert(check, { numRuns: 600 });
  });

  // A text that took quadratic time here would not end within the limit of a test.
  it.each([
    'repeat ',
    'go to the ',
    'again at most ',
    '`',
    '` ',
    '<!--',
    '<!---->',
    '```\n',
    '- body: x\n',
    '  x\n- body\n',
    '| body | score |\n',
    ':',
    'body:',
    'work phase ',
    'body, score, ',
    'then go to work ',
    '((((',
    '1.',
    '\n',
    ' ',
    'a-',
    '\u0000',
  ])('reads 400 KB of %j', (unit) => {
    const text = unit.repeat(Math.ceil(400_000 / unit.length));
    const findings = lintFiles({
      'skill.md': skillMd({}).split('## phase')[0] ?? '',
      'phases/work.md': `---\ntype: phase\nname: work\ninput: user_message | result\n---\nDo it.\n${text}`,
      'phases/check.md': '---\ntype: phase\nname: check\ninput: result\n---\nCheck it.\n',
    });
    expect(findings.filter(({ rule }) => rule.startsWith('format/'))).toEqual([]);
  });

  it('reads a graph of a thousand phases that all carry from each other', () => {
    const names = Array.from({ length: 1000 }, (_, nth) => `p_${nth}`);
    const graphOf = Object.fromEntries(
      names.map((name, nth) => [
        name,
        [{ to: names[(nth + 1) % 1000], carry: { body: `phases.p_${(nth * 7) % 1000}.body` } }, 'end'],
      ]),
    );
    const sections = names.map(
      (name) => `## phase: ${name}\n\n\`\`\`yaml\ninput: result\n\`\`\`\n\nDo p 1 and p 2 well.\n`,
    );
    const keys = {
      type: 'skill',
      name: 'example',
      artifacts: { result: { body: 'string' } },
      entry: 'p_0',
      graph: graphOf,
    };
    const findings = lintText(`---\n${JSON.stringify(keys)}\n---\n${sections.join('\n')}`);
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['carry/may-be-absent']));
  });

  it('finds its way through a schema that refers to itself and fans out', () => {
    const branch = { type: 'object', properties: { a: { $ref: '#/$defs/b' } } };
    const types = {
      result: {
        type: 'object',
        properties: { a: { $ref: '#/$defs/b' }, score: { type: 'number' } },
        $defs: { b: { type: 'object', anyOf: Array(40).fill(branch), properties: { a: { $ref: '#/$defs/b' } } } },
      },
    };
    const when = Object.fromEntries(Array.from({ length: 12 }, (_, nth) => [`a${'.a'.repeat(nth)}.z`, 1]));
    const findings = lintText(
      skillMd({ artifacts: types, graph: { work: [{ to: 'check', when }, 'end'], check: ['end'] } }),
    );
    expect(findings.map(({ rule }) => rule)).toEqual(Array(12).fill('guard/unknown-field'));
  });

  it('orders findings by place and says none twice', () => {
    const when = { score: 7, nothing: 1 };
    const text = skillMd(
      {
        graph: {
          check: [
            { to: 'work', when },
            { to: 'end', when },
          ],
          work: ['check'],
        },
      },
      'Loop back. Loop back.',
    );
    const findings = lintText(text);
    expect(spots(findings)).toEqual([...new Set(spots(findings))]);
    const places = findings.map(({ line, column }) => line * 10_000 + column);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(findings.filter(({ rule }) => rule === 'prose/steers')).toHaveLength(4);
  });

  it('says nothing of model classes when config is not known, and knows those of config when it is', () => {
    const text = skillMd({}).replaceAll('{"input":', '{"model_class":"house","input":');
    const rules = (modelClasses: readonly string[] | undefined) =>
      lintText(text, { ...EXAMPLE_ENV, modelClasses }).map(({ rule }) => rule);
    expect(rules(undefined)).toEqual([]);
    expect(rules(['house'])).toEqual([]);
    expect(rules([])).toEqual(['model/unknown-class', 'model/unknown-class']);
  });

  it('counts a reading op as allowed where `allowed_ops` is absent, and not where it is empty', () => {
    const permissions = { file: { read: ['docs/**'] } };
    expect(lintText(skillMd({ permissions }))).toEqual([]);
    const closed = skillMd({ permissions }).replaceAll('{"input":', '{"allowed_ops":[],"input":');
    expect(lintText(closed).map(({ rule }) => rule)).toEqual(['permissions/never-used']);
  });
});

function expectSound(findings: readonly Finding[], text: string): void {
  const lines = text.split('\n');
  for (const { line, column, message, fix } of findings) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(message).not.toBe('');
    expect(fix).not.toBe('');
  }
}
