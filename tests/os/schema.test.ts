import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/os/schema.ts';

describe('patterns of a schema', () => {
  it('hold each for its own member, within one schema and across several', () => {
    const check = compileSchema({
      type: 'object',
      properties: { word: { type: 'string', pattern: '^[a-z]+$' }, number: { type: 'string', pattern: '^[0-9]+$' } },
    });
    expect(check({ word: 'abc', number: '123' })).toEqual([]);
    expect(check({ word: '123', number: 'abc' }).map(({ path }) => path)).toEqual(['/word', '/number']);
    expect(compileSchema({ type: 'string', pattern: '^[A-Z]+$' })('ABC')).toEqual([]);
  });
});
