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
