import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threeWay } from '../../../src/learning/search/three-way.ts';

const BEFORE = 'one\ntwo\nthree\nfour\n';

describe('two texts that descend from one', () => {
  it.each([
    ['changes in different places', 'ONE\ntwo\nthree\nfour\n', 'one\ntwo\nthree\nFOUR\n', 'ONE\ntwo\nthree\nFOUR\n'],
    ['a line taken away and one added', 'one\nthree\nfour\n', `${BEFORE}five\n`, 'one\nthree\nfour\nfive\n'],
    ['the same change', 'one\n2\nthree\nfour\n', 'one\n2\nthree\nfour\n', 'one\n2\nthree\nfour\n'],
    ['lines added in one place', `${BEFORE}a\nb\n`, `${BEFORE}b\nc\n`, `${BEFORE}a\nb\nc\n`],
  ])('are joined with %s', (_, one, two, both) => {
    expect(threeWay(BEFORE, one, two)).toBe(both);
  });

  it('are not joined when they change a line in different ways', () => {
    expect(threeWay(BEFORE, 'one\n2\nthree\nfour\n', 'one\nzwei\nthree\nfour\n')).toBeUndefined();
    expect(threeWay(BEFORE, 'one\nthree\nfour\n', 'one\n2\nthree\nfour\n')).toBeUndefined();
  });

  it('come to the one that changed, whatever it changed, when the other did not', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, changed) => {
        expect(threeWay(before, changed, before)).toBe(changed);
        expect(threeWay(before, before, changed)).toBe(changed);
        expect(threeWay(before, changed, changed)).toBe(changed);
      }),
    );
  });
});
