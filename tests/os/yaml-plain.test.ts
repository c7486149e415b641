import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parseEvents } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { type Json, MAX_DEPTH } from '../../src/os/json.ts';
import { splitFrontMatter } from '../../src/os/skills/front-matter.ts';
import { readPlainYaml } from '../../src/os/yaml-plain.ts';
import { buildValue } from '../../src/os/yaml-value.ts';

/** What the full parser gives; a text when it refuses. */
function full(text: string): Json | string | undefined {
  try {
    const { value, flaws } = buildValue(text, parseEvents(text, { maxDepth: MAX_DEPTH + 1 }));
    return flaws.length > 0 ? `refused: ${flaws[0]?.message}` : value;
  } catch (error) {
    return `refused: ${error}`;
  }
}

/** Holds the short way to the full one. @returns whether the short way was taken. */
function agrees(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain !== undefined) expect(plain, JSON.stringify(text)).toEqual(full(text));
  return plain !== undefined;
}

const PIECES = [
  ...' \n\t-:,[]{}?|>&*!%@`"\'#~.0a9_$/\\()=+<é;^\u00a0\u3000\u0085\u2028\ufeff\r',
  ...[
    '\n  ',
    '\n    ',
    ': ',
    '- ',
    '\n- ',
    '\n  - ',
    ', ',
    ' #',
    '\n# c\n',
    '---\n',
    '\n...\n',
    '__proto__: ',
    'null',
    'true',
  ],
  ...[
    '[a, b]',
    '{ a: 1 }',
    '{ to: b, when: { c: 1 } }',
    '""',
    "'x'",
    '"x y"',
    'a: ',
    'b: ',
    'a:\n',
    '- a: ',
    '1.5',
    '-1',
    '.5',
    '0x1f',
    '1e3',
  ],
  ...[
    '.inf',
    'a b',
    "it's",
    'http://x/y',
    'a#b',
    'x:y',
    '日本',
    '|\n  a',
    'constructor: ',
    'a: [',
    'a: {',
    ']',
    '}',
    ' ',
  ],
];
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((parts) => parts.join(''));

/** Texts of the shape that skills have. */
const written: fc.Arbitrary<string> = fc
  .letrec<{ block: string[]; flow: string; scalar: string }>((tie) => ({
    scalar: fc.constantFrom(
      'a',
      'some words, and more',
      '12',
      '-3',
      'true',
      'null',
      '"q: #"',
      "'s'",
      'x [y] {z}',
      'a/b.c',
      'é',
    ),
    flow: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('scalar').filter((text) => !text.includes('[') && !text.includes(',')),
      fc.array(tie('flow'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc
        .array(tie('flow'), { maxLength: 3 })
        .map((items) => `{ ${items.map((item, nth) => `k${nth}: ${item}`).join(', ')} }`),
    ),
    block: fc.oneof(
      { maxDepth: 3 },
      fc
        .array(fc.oneof(tie('flow'), tie('scalar')), { minLength: 1, maxLength: 3 })
        .map((items) => items.map((item) => `- ${item}`)),
      fc
        .array(fc.oneof(tie('flow'), tie('scalar'), tie('block')), { minLength: 1, maxLength: 4 })
        .map((items) =>
          items.flatMap((item, nth) =>
            Array.isArray(item) ? [`k${nth}:`, ...item.map((line) => `  ${line}`)] : [`k${nth}: ${item}`],
          ),
        ),
    ),
  }))
  .block.map((lines) => lines.join('\n'));

/** Some places of a text replaced by something else. */
function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), piece: fc.constantFrom('', ...PIECES) });
  return fc.tuple(texts, fc.array(change, { minLength: 1, maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((all, { at, cut, piece }) => {
      const place = at % (all.length + 1);
      return all.slice(0, place) + piece + all.slice(place + cut);
    }, text),
  );
}

function filesIn(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    return entry.isDirectory() ? filesIn(file) : [file];
  });
}

/** The YAML of the skills in this repository. */
const REAL = ['reyn/project', 'tests/os/lint/goldens'].flatMap(filesIn).flatMap((file) => {
  const text = fs.readFileSync(file, 'utf8');
  if (file.endsWith('.yaml')) return [text];
  const front = file.endsWith('.md') ? splitFrontMatter(text) : undefined;
  return front?.ok ? [front.yaml] : [];
});

describe('the short way to read plain YAML', () => {
  it('gives what the full parser gives, for whatever text', () => {
    fc.assert(
      fc.property(pieces, (text) => void agrees(text)),
      { numRuns: 20_000 },
    );
  });

  it('is taken for the texts that skills consist of, and for most files of real ones', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(agrees(text), text).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(REAL.length).toBeGreaterThan(20);
    expect(REAL.filter(agrees).length).toBeGreaterThan(0.9 * REAL.length);
  });

  it('gives what the full parser gives when a few characters of such a text are others', () => {
    fc.assert(
      fc.property(mutated(written), (text) => void agrees(text)),
      { numRuns: 10_000 },
    );
    fc.assert(
      fc.property(mutated(fc.constantFrom(...REAL)), (text) => void agrees(text)),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['a value that goes on in the next line', 'a: b\n  c'],
    ['an item that goes on', '- b\n c'],
    ['a key there twice', 'a: 1\na: 2'],
    ['a name that every object has', 'constructor: 1'],
    ['a tab', 'a:\tb'],
    ['a line end of Windows', 'a: b\r\n'],
    ['an escape', 'a: "\\x41"'],
    ['a comment behind a value', 'a: b # c'],
    ['a flow collection over two lines', 'a: [b,\n  c]'],
    ['a block text', 'a: |\n  b'],
    ['a second document', 'a: b\n---\nc: d'],
    ['an anchor', 'a: &x b'],
    ['nothing', ''],
    ['a comment alone', '# a'],
    ['deep nesting', `a: ${'['.repeat(50)}${']'.repeat(50)}`],
  ])('leaves %s to the full parser', (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('ends spaces where YAML does, not where Unicode does', () => {
    expect(readPlainYaml('a: b\u00a0')).toEqual({ a: 'b\u00a0' });
    expect(readPlainYaml('a: b  ')).toEqual({ a: 'b' });
  });
});
