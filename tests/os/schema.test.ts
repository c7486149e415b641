import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/os/schema.ts';

describe('a compiled schema', () => {
  it('holds each of its patterns to what it describes', () => {
    const check = compileSchema({
      type: 'object',
      properties: { word: { type: 'string', pattern: '^[a-z]+$' }, number: { type: 'string', pattern: '^[0-9]+$' } },
    });
    expect(check({ word: 'abc', number: '123' })).toEqual([]);
    expect(check({ word: '123', number: 'abc' }).map(({ path }) => path)).toEqual(['/word', '/number']);
  });
});
