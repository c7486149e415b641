import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/os/schema.ts';

const holds = (pattern: string, text: string) => compileSchema({ pattern })(text).length === 0;

describe('a pattern in a schema', () => {
  it('is its own, however many schemas with patterns were compiled before', () => {
    expect(holds('^ask', 'ask me')).toBe(true);
    expect(holds('again$', 'tea again')).toBe(true);
    expect(holds('again$', 'ask me')).toBe(false);
    const both = compileSchema({ properties: { a: { pattern: '^a' }, b: { pattern: '^b' } } });
    expect(both({ a: 'a', b: 'b' })).toEqual([]);
    expect(both({ a: 'b', b: 'a' })).toHaveLength(2);
  });

  it('ends in time whatever it says', () => {
    expect(holds(String.raw`^(\w+\s?)*$`, `${'a'.repeat(40)}!`)).toBe(false);
  });
});

describe('uniqueItems', () => {
  const check = compileSchema({ type: 'array', uniqueItems: true });

  it('tells items apart by what they are, whatever the order of their members', () => {
    expect(check([1, '1', true, null, [1], { a: 1 }, { a: '1' }])).toEqual([]);
    for (const [one, same] of [
      [1, 1.0],
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
      ['x', 'x'],
    ]) {
      expect(check([0.5, one, same])).toEqual([{ path: '', message: 'must NOT have duplicate items' }]);
    }
    expect(compileSchema({ type: 'array', uniqueItems: false })([1, 1])).toEqual([]);
  });

  it('is checked in time, however many there are', { timeout: 5000 }, () => {
    expect(check(Array.from({ length: 100_000 }, (_, n) => ({ n })))).toEqual([]);
  });
});
