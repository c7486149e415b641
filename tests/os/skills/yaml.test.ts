import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../../src/os/json.ts';
import { MAX_YAML_BYTES, readYaml } from '../../../src/os/skills/yaml.ts';

const read = (text: string, firstLine = 1) => readYaml(text, { skill: 'demo', file: 'skill.md', firstLine });

function value(text: string): unknown {
  const result = read(text);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.value;
}

function refusals(text: string): string[] {
  const result = read(text);
  if (result.ok) return [];
  return result.findings.map(({ rule, line, column }) => `${line}:${column} ${rule.replace('format/', '')}`);
}

describe('reading YAML', () => {
  it('reads YAML 1.2: words and old octals of 1.1 are what they look like', () => {
    expect(value('a: yes\nb: on\nc: 010\nd: 0o10\ne: 2020-01-01\nf: true\ng: ~\nh: 1_000')).toEqual({
      a: 'yes',
      b: 'on',
      c: 10,
      d: 8,
      e: '2020-01-01',
      f: true,
      g: null,
      h: '1_000',
    });
  });

  it('reads a text of nothing but comments as null', () => {
    expect(value('')).toBeNull();
    expect(value('# nothing\n')).toBeNull();
  });

  it('refuses merge keys to do anything', () => {
    expect(value('a: 1\n<<: { b: 2 }')).toEqual({ a: 1, '<<': { b: 2 } });
  });

  it.each([
    ['an anchor', 'a: &x 1', '1:4 yaml-feature'],
    ['an anchor on a mapping', 'a: &x\n  b: 1', '1:4 yaml-feature'],
    ['an alias', 'a: 1\nb: *a', '2:4 yaml-feature'],
    ['a tag', 'a: !!js/function 1', '1:4 yaml-feature'],
    ['a tag of no meaning', 'a: ! 1', '1:4 yaml-feature'],
    ['a directive', '%YAML 1.1\n---\na: 1', '1:1 yaml-feature'],
    ['a second document', 'a: 1\n---\nb: 2', '3:1 yaml-feature'],
    ['a second document behind an end', 'a: 1\n...\nb: 2', '3:1 yaml-feature'],
    ['a key there twice', 'a: 1\nb: 2\na: 3', '3:1 duplicate-key'],
    ['a key there twice in a list', '{ a: 1, a: 2 }', '1:9 duplicate-key'],
    ['__proto__', 'a: 1\n__proto__: { b: 1 }', '2:1 proto-key'],
    ['__proto__ behind an escape', 'a: { "\\x5f_proto__": 1 }', '1:1 proto-key'],
    ['infinity', 'a: 1\nb: .inf', '2:4 not-finite'],
    ['NaN', '- 1\n- .NaN', '2:3 not-finite'],
    ['a mapping as a key', '{ a: 1 }: 2', '1:1 yaml'],
    ['a tab', 'a:\n\tb: 1', '2:1 yaml'],
    ['a value with a colon', 'a: b: c', '1:5 yaml'],
    ['an open quote', 'a: "b', '1:6 yaml'],
    ['a NUL', 'a: \0', '1:4 yaml'],
  ])('refuses %s at its place', (_, text, place) => {
    expect(refusals(text)[0]).toBe(place);
  });

  it('names every anchor, alias and tag, not only the first', () => {
    expect(refusals('a: &x 1\nb: *x\nc: !!str 1')).toEqual([
      '1:4 yaml-feature',
      '2:4 yaml-feature',
      '3:4 yaml-feature',
    ]);
  });

  it('does not mistake text for what it refuses', () => {
    expect(value('a: "&x *y !z"\nb: it.infers\nc: "a __proto__ in text"\nd: "a\\\\b"')).toEqual({
      a: '&x *y !z',
      b: 'it.infers',
      c: 'a __proto__ in text',
      d: 'a\\b',
    });
  });

  it('bounds size and depth', () => {
    expect(refusals(`a: ${'x'.repeat(MAX_YAML_BYTES)}`)).toEqual(['1:1 too-large']);
    expect(refusals(`a: ${'é'.repeat(MAX_YAML_BYTES / 2)}`)).toEqual(['1:1 too-large']);
    expect(refusals(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`)).toEqual([]);
    expect(refusals(`${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}`)[0]).toContain('too-deep');
    expect(refusals(`${'['.repeat(100_000)}`)[0]).toContain('too-deep');
    expect(refusals(`${'- '.repeat(100_000)}`)[0]).toContain('too-deep');
  });

  it('never throws and never hangs, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...' \n\t-:,[]{}?|>&*!%@`"\'#~.0aé\r\\',
      '\n  ',
      ': ',
      '- ',
      '---\n',
      '...\n',
      '__proto__',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 80 }), (text) => {
        const result = read(text.join(''));
        if (result.ok) result.at(['a', 0, 'b']);
        else expect(result.findings.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back what JSON writes, which is YAML', () => {
    const safe = fc.jsonValue({ maxDepth: 5 }).filter((json) => !JSON.stringify(json).includes('__proto__'));
    fc.assert(
      fc.property(safe, (json) => {
        expect(value(JSON.stringify(json))).toEqual(JSON.parse(JSON.stringify(json)));
      }),
    );
  });
});

describe('places in YAML', () => {
  const text =
    'graph:\n  draft: [review]\n  "review":\n    - { to: draft, when: { x: 1 } }\n    - end\nempty:\nlast: "q"\n';
  const at = (...path: (string | number)[]) => {
    const result = read(text, 10);
    if (!result.ok) throw new Error('not read');
    const { file, line, column } = result.at(path);
    return `${file}:${line}:${column}`;
  };

  it('are those of a key, or of an item of a list', () => {
    expect(at('graph')).toBe('skill.md:10:1');
    expect(at('graph', 'draft')).toBe('skill.md:11:3');
    expect(at('graph', 'draft', 0)).toBe('skill.md:11:11');
    expect(at('graph', 'review')).toBe('skill.md:12:3');
    expect(at('graph', 'review', 0)).toBe('skill.md:13:7');
    expect(at('graph', 'review', 0, 'when', 'x')).toBe('skill.md:13:28');
    expect(at('graph', 'review', 1)).toBe('skill.md:14:7');
    expect(at('empty')).toBe('skill.md:15:1');
    expect(at('last')).toBe('skill.md:16:1');
  });

  it('are those of the nearest part above when a part does not exist', () => {
    expect(at('graph', 'review', 7, 'to')).toBe('skill.md:12:3');
    expect(at('nothing')).toBe('skill.md:10:1');
    expect(at('empty', 'deep', 'er')).toBe('skill.md:15:1');
    expect(at()).toBe('skill.md:10:1');
  });

  it('count lines of a text with CRLF', () => {
    const result = read('a: 1\r\nb:\r\n  c: 2\r\n');
    expect(result.ok && result.at(['b', 'c'])).toEqual({ file: 'skill.md', line: 3, column: 3 });
  });

  it('point to the key itself for any mapping', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/);
    const tree = fc.dictionary(key, fc.dictionary(key, fc.integer(), { minKeys: 1 }), { minKeys: 1 });
    fc.assert(
      fc.property(tree, (value) => {
        const lines: string[] = [];
        const where = new Map<string, number>();
        for (const [outer, inner] of Object.entries(value)) {
          lines.push(`${outer}:`);
          for (const [name, number] of Object.entries(inner)) {
            lines.push(`  ${name}: ${number}`);
            where.set(`${outer}.${name}`, lines.length);
          }
        }
        const result = read(lines.join('\n'));
        for (const [name, line] of where) {
          expect(result.ok && result.at(name.split('.'))).toEqual({ file: 'skill.md', line, column: 3 });
        }
      }),
      { numRuns: 200 },
    );
  });
});
