import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/os/schema.ts';
import { referred, refPath } from '../../src/os/schema-ref.ts';

const SCHEMA = { $defs: { a: { type: 'string' }, 'a/b': { type: 'number' }, 'a~b': true, 'a b': { type: 'null' } } };

describe('a reference within a schema', () => {
  it.each([
    ['#', SCHEMA],
    ['#/$defs/a', SCHEMA.$defs.a],
    ['#/$defs/a~1b', SCHEMA.$defs['a/b']],
    ['#/$defs/a~0b', true],
    ['#/$defs/a%20b', SCHEMA.$defs['a b']],
    ['#/%24defs/a', SCHEMA.$defs.a],
    ['#/$defs/c', undefined],
    ['#/$defs/constructor', undefined],
    ['#/$defs/%', undefined],
    ['#a', undefined],
    ['other.json#/$defs/a', undefined],
    ['', undefined],
  ])('%s stands for what it names', (ref, found) => {
    expect(referred(SCHEMA, ref)).toEqual(found);
  });

  it.each(['#/$defs/a', '#/$defs/a~1b', '#/$defs/a%20b', '#/$defs/a%2Fb'])(
    '%s is read as it is when compiled',
    (ref) => {
      const node = referred(SCHEMA, ref);
      const compile = () => compileSchema({ ...SCHEMA, properties: { x: { $ref: ref } } });
      if (node === undefined) expect(compile).toThrow();
      else expect(compile()({ x: {} })[0]?.message).toBe(`must be ${(node as { type: string }).type}`);
    },
  );

  it('has a path of its own', () => {
    expect(refPath('#/$defs/a~1b')).toEqual(['$defs', 'a/b']);
    expect(refPath('#')).toEqual([]);
  });
});
