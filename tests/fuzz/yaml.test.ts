import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, type Json, MAX_DEPTH } from '../../src/os/json.ts';
import { nodeAt, placeOf, readYaml, type YamlSource } from '../../src/os/yaml.ts';
import { flowText, scalarText } from '../../src/os/yaml-text.ts';
import { runs } from './scale.ts';
import { anyJson, anyText, edited, editsWith } from './text.ts';

/** Text shaped like YAML: nested blocks and flows, quotes, long texts, comments, and what is not allowed in any of them. */
const scalar = fc.oneof(
  fc.constantFrom(
    'a',
    'null',
    '~',
    'true',
    '0o17',
    '0x1F',
    '1_0',
    '.5',
    '1e3',
    '-0',
    '.inf',
    '2020-01-01',
    '<<',
    '?',
    '-',
  ),
  fc.constantFrom(
    '"x\\u0041\\n"',
    "'it''s'",
    '"\\x5f_proto__"',
    '&a 1',
    '*a',
    '!!str 1',
    '! x',
    '"',
    "'",
    '#c',
    '@x',
    '%y',
  ),
  fc.constantFrom('|\n', '>-\n', '|2\n', '>+9\n', '|\n  text\n    more\n', '[', '{', ']', '}', '? a\n: b'),
  anyText,
);
const key = fc.oneof(fc.constantFrom('a', 'b', '"c d"', "'e'", '1', 'true', '__proto__', '- x', '? k', '[x]'), anyText);
const yaml: fc.Arbitrary<string> = fc.letrec<{ block: string; flow: string }>((tie) => ({
  flow: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('flow'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(key, tie('flow')), { maxLength: 3 })
      .map((all) => `{ ${all.map((pair) => pair.join(': ')).join(', ')} }`),
  ),
  block: fc.oneof(
    { depthSize: 'small' },
    tie('flow'),
    fc
      .array(fc.tuple(key, tie('block'), fc.constantFrom(' ', '\n  ', ' # why\n  ', '\n', '\n\t')), { maxLength: 4 })
      .map((all) => all.map(([name, value, gap]) => `${name}:${gap}${value.replaceAll('\n', '\n  ')}\n`).join('')),
    fc
      .array(tie('block'), { maxLength: 4 })
      .map((all) => all.map((each) => `- ${each.replaceAll('\n', '\n  ')}\n`).join('')),
  ),
})).block;
const whole = fc.tuple(
  fc.constantFrom('', '---\n', '%YAML 1.2\n---\n', '\ufeff', '# c\n'),
  yaml,
  fc.constantFrom('', '\n', '...\n', '---\n'),
);
const text = fc.oneof(
  whole.map((parts) => parts.join('')),
  fc
    .tuple(whole, editsWith(['\n', ': ', '- ', '  ', '"', '{', '[']))
    .map(([parts, edits]) => edited(parts.join(''), edits)),
);

const json = anyJson.map(
  (value) => JSON.parse((JSON.stringify(value) ?? 'null').replaceAll('"__proto__"', '"proto"')) as Json,
);

function sourceOf(written: string): YamlSource {
  const read = readYaml(written);
  if (!read.ok) throw new Error(`${JSON.stringify(written)}: ${read.problems[0].message}`);
  return read.source;
}

/** Every path into a value that ends at something that holds nothing more. */
function leavesOf(value: Json, above: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [above];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member as Json, [...above, name]));
}

describe('YAML', () => {
  it('is read as a bounded value with a place for every part, or refused at a place', () => {
    let accepted = 0;
    fc.assert(
      fc.property(text, (given) => {
        const lines = given.split('\n').length;
        const read = readYaml(given);
        if (!read.ok) {
          for (const { line, column, message } of read.problems) {
            expect([line >= 1 && line <= lines, column >= 1, message !== '']).toEqual([true, true, true]);
          }
          return;
        }
        accepted++;
        const { value } = read.source;
        if (value === undefined) return;
        expect(isDeeperThan(value, MAX_DEPTH)).toBe(false);
        expect(JSON.stringify(value)).not.toContain('"__proto__":');
        for (const leaf of leavesOf(value)) {
          expect(nodeAt(read.source, leaf), JSON.stringify(leaf)).toBeDefined();
          expect(placeOf(read.source, leaf).line).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: runs(300) },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('that was written is read back as the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(sourceOf(flowText(value)).value).toEqual(JSON.parse(JSON.stringify(value)));
        expect(sourceOf(`a: ${flowText(value)}\n`).value).toEqual({ a: JSON.parse(JSON.stringify(value)) });
      }),
      { numRuns: runs(400) },
    );
  });

  it('keeps every text that is written as a scalar, in a line of its own and in a list', () => {
    fc.assert(
      fc.property(fc.oneof(scalar, anyText), (given) => {
        expect(sourceOf(`a: ${scalarText(given, false)}\n`).value).toEqual({ a: given });
        expect(sourceOf(`[${scalarText(given, true)}, x]`).value).toEqual([given, 'x']);
        if (given !== '__proto__') expect(sourceOf(`${scalarText(given, false)}: 1`).value).toEqual({ [given]: 1 });
      }),
      { numRuns: runs(300), examples: [['\x7f'], ['\ud800'], ['\u2028'], ['\ufeff'], ['\x85'], ['\ufffe']] },
    );
  });
});
