import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, listed, nearest, oneOf, some } from '../../src/os/suggest.ts';

describe('the name that was meant', () => {
  it.each([
    ['sumarize', ['review', 'summarize'], 'summarize'],
    ['modle', ['model', 'limits'], 'model'],
    ['Review', ['review'], 'review'],
    ['ab', ['ac'], 'ac'],
    ['ab', ['cd'], undefined],
    ['edn', ['end'], undefined],
    ['review', [], undefined],
    ['review', ['summarize'], undefined],
  ])('of "%s" among %j is %j', (wrong, names, meant) => {
    expect(nearest(wrong, names)).toBe(meant);
  });

  it('is the first of those equally near', () => {
    expect(nearest('draft_3', ['draft_1', 'draft_2'])).toBe('draft_1');
  });

  it('is itself when it is there, however long the list in front of it', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, (all) => {
        expect(nearest(all.at(-1) ?? '', all)).toBe(all.at(-1));
      }),
    );
  });

  it('is looked for in bounded time', () => {
    expect(nearest('x'.repeat(101), ['x'.repeat(101)])).toBeUndefined();
    expect(nearest('needle', [...Array(5000).fill('straw'), 'needle'])).toBeUndefined();
  });
});

describe('names in a message', () => {
  it('are a hint or nothing', () => {
    expect(didYouMean('reviw', ['review'])).toBe(' (did you mean "review"?)');
    expect(didYouMean('other', ['review'])).toBe('');
  });

  it('are the one that was meant, else all to choose from', () => {
    expect(oneOf('reviw', ['draft', 'review'])).toBe('"review"');
    expect(oneOf('other', ['draft', 'review'])).toBe('one of draft, review');
  });

  it('are cut where they get many', () => {
    const many = Array.from({ length: 30 }, (_, nth) => `n${nth}`);
    expect(some(['a', 'b'])).toBe('a, b');
    expect(some(many)).toBe(`${many.slice(0, 20).join(', ')} and 10 more`);
    expect(listed(['a'])).toBe('"a"');
    expect(listed(['a', 'b', 'c'], 'or')).toBe('"a", "b" or "c"');
    expect(listed([])).toBe('none');
  });
});
