import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../src/os/json.ts';
import { MAX_YAML_BYTES, nodeAt, placeOf, readYaml, sentenceOf, type YamlSource } from '../../src/os/yaml.ts';

function source(text: string): YamlSource {
  const read = readYaml(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.source;
}

const value = (text: string) => source(text).value;

function refusals(text: string): string[] {
  const read = readYaml(text);
  return read.ok ? [] : read.problems.map(({ kind, line, column }) => `${line}:${column} ${kind}`);
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

  it('finds no value in a text of nothing but comments', () => {
    expect(value('')).toBeUndefined();
    expect(value('# nothing\n')).toBeUndefined();
    expect(value('---\n')).toBeNull();
  });

  it('takes a key as it is written', () => {
    expect(value('1.0: a\n0x10: b\nnull: c\n"": d\nTrue: { 1: e }')).toEqual({
      '1.0': 'a',
      '0x10': 'b',
      null: 'c',
      '': 'd',
      True: { 1: 'e' },
    });
  });

  it('leaves out a byte order mark', () => {
    expect(value('\uFEFFa: 1')).toEqual({ a: 1 });
    expect(placeOf(source('\uFEFFa: 1'), ['a'])).toEqual({ line: 1, column: 1 });
  });

  it('refuses merge keys to do anything', () => {
    expect(value('a: 1\n<<: { b: 2 }')).toEqual({ a: 1, '<<': { b: 2 } });
  });

  it.each([
    ['an anchor', 'a: &x 1', '1:4 anchor'],
    ['an anchor on a mapping', 'a: &x\n  b: 1', '1:4 anchor'],
    ['an alias', 'a: 1\nb: *a', '2:4 alias'],
    ['an alias as a key', 'a: 1\n*a : 2', '2:1 alias'],
    ['a tag', 'a: !!js/function 1', '1:4 tag'],
    ['a tag of no meaning', 'a: ! 1', '1:4 tag'],
    ['a directive', '%YAML 1.1\n---\na: 1', '1:1 directive'],
    ['a second document', 'a: 1\n---\nb: 2', '3:1 documents'],
    ['a second document behind an end', 'a: 1\n...\nb: 2', '3:1 documents'],
    ['a key there twice', 'a: 1\nb: 2\na: 3', '3:1 duplicate-key'],
    ['a key there twice in a list', '{ a: 1, a: 2 }', '1:9 duplicate-key'],
    ['__proto__', 'a: 1\n__proto__: { b: 1 }', '2:1 proto-key'],
    ['__proto__ behind an escape', 'a: { "\\x5f_proto__": 1 }', '1:6 proto-key'],
    ['infinity', 'a: 1\nb: .inf', '2:4 not-finite'],
    ['NaN', '- 1\n- .NaN', '2:3 not-finite'],
    ['a mapping as a key', '{ a: 1 }: 2', '1:1 key'],
    ['nothing as a key', 'a: { : 1 }', '1:1 key'],
    ['a tab', 'a:\n\tb: 1', '2:1 syntax'],
    ['a value with a colon', 'a: b: c', '1:5 syntax'],
    ['an open quote', 'a: "b', '1:6 syntax'],
    ['a NUL', 'a: \0', '1:4 syntax'],
  ])('refuses %s at its place', (_, text, place) => {
    expect(refusals(text)[0]).toBe(place);
  });

  it('names everything that is not allowed, not only the first', () => {
    expect(refusals('a: &x 1\nb: *x\nc: !!str 1')).toEqual(['1:4 anchor', '2:4 alias', '3:4 tag']);
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
        const result = readYaml(text.join(''));
        if (result.ok) placeOf(result.source, ['a', 0, 'b']);
        else expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('says what js-yaml says, wherever it accepts a text', () => {
    const pieces = fc.constantFrom(
      ...' \n-:,[]{}?|>"\'#aé\\',
      '\n  ',
      '\n    ',
      ': ',
      '- ',
      'a: ',
      'b: ',
      '\n  - ',
      '|\n  ',
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const text = parts.join('');
        const read = readYaml(text);
        if (!read.ok || read.source.value === undefined) return;
        accepted++;
        expect(read.source.value).toEqual(load(text));
      }),
      { numRuns: 4000 },
    );
    expect(accepted).toBeGreaterThan(500);
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
    const { line, column } = placeOf(source(text), path);
    return `${line}:${column}`;
  };

  it('are those of a key, or of an item of a list', () => {
    expect(at('graph')).toBe('1:1');
    expect(at('graph', 'draft')).toBe('2:3');
    expect(at('graph', 'draft', 0)).toBe('2:11');
    expect(at('graph', 'review')).toBe('3:3');
    expect(at('graph', 'review', 0)).toBe('4:7');
    expect(at('graph', 'review', 0, 'when', 'x')).toBe('4:28');
    expect(at('graph', 'review', 1)).toBe('5:7');
    expect(at('empty')).toBe('6:1');
    expect(at('last')).toBe('7:1');
  });

  it('are those of the nearest part above when a part does not exist', () => {
    expect(at('graph', 'review', 7, 'to')).toBe('3:3');
    expect(at('nothing')).toBe('1:1');
    expect(at('empty', 'deep', 'er')).toBe('6:1');
    expect(at()).toBe('1:1');
  });

  it('count lines of a text with CRLF', () => {
    expect(placeOf(source('a: 1\r\nb:\r\n  c: 2\r\n'), ['b', 'c'])).toEqual({ line: 3, column: 3 });
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
        const read = source(lines.join('\n'));
        for (const [name, line] of where) {
          expect(placeOf(read, name.split('.'))).toEqual({ line, column: 3 });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('know what a part is and where it ends', () => {
    const read = source('a: "x" # why\nb: { c: [1, \'2\'], d: }\ne: |\n  text\n');
    const shown = (...path: string[]) => {
      const node = nodeAt(read, path);
      if (node === undefined) return undefined;
      return [node.kind, node.mapping, node.span.start < 0 ? '' : read.text.slice(node.span.start, node.span.end)];
    };
    expect(shown('a')).toEqual(['scalar', false, '"x"']);
    expect(shown('b')).toMatchObject(['flow', true, expect.stringMatching(/^\{ c: \[1, '2'/)]);
    expect(shown('b', 'c')).toMatchObject(['flow', false, expect.stringMatching(/^\[1, '2'/)]);
    expect(shown('b', 'c', '1')).toEqual(['scalar', false, "'2'"]);
    expect(shown('b', 'd')).toEqual(['scalar', false, '']);
    expect(shown('e')?.[0]).toBe('lines');
    expect(shown('b', 'x')).toBeUndefined();
    expect(shown()?.[0]).toBe('block');
  });
});

describe('a problem of YAML', () => {
  it('is a sentence', () => {
    const read = readYaml('a: 1\na: 2');
    expect(read.ok || read.problems.map(sentenceOf)).toEqual(['The key "a" is there twice.']);
  });
});
