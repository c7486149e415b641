import { describe, expect, it } from 'vitest';
import { fnv1a, pickSome, stream } from '../../../../src/os/models/world/stream.ts';

describe('the portable generator', () => {
  it('gives the published numbers of a label', () => {
    expect(fnv1a('reyn')).toBe(0xd4cc257f);
    const { next } = stream('reyn');
    for (const value of [0.5348771936, 0.0650607448, 0.9708845147, 0.9837396836, 0.8664842262]) {
      expect(next()).toBeCloseTo(value, 9);
    }
  });

  it('draws an index in proportion to its weight', () => {
    const { wpick } = stream('weights');
    const drawn = Array.from({ length: 4000 }, () => wpick([1, 0, 3]));
    expect(drawn.filter((index) => index === 1)).toEqual([]);
    expect(drawn.filter((index) => index === 2).length / 4000).toBeCloseTo(0.75, 1);
  });

  it('picks no item twice', () => {
    expect(pickSome([1, 2, 3, 4], 9, stream('some')).sort()).toEqual([1, 2, 3, 4]);
  });
});
