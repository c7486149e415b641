import { describe, expect, it } from 'vitest';
import { LATE, within } from '../../src/os/within.ts';

describe('work within a time', () => {
  it('gives what it comes to', () => {
    expect(within(1_000, () => ({ a: [1] }))).toEqual({ a: [1] });
    expect(within(1_000, () => undefined)).toBeUndefined();
  });

  it('throws what it throws, stack overflows too', () => {
    expect(() =>
      within(1_000, () => {
        throw new TypeError('wrong');
      }),
    ).toThrow(TypeError);
    const deeper = (): number => deeper() + 1;
    expect(() => within(1_000, deeper)).toThrow(RangeError);
  });

  it('is cut off when it does not end, also inside a regular expression', () => {
    let turns = 0;
    expect(
      within(20, () => {
        for (;;) turns++;
      }),
    ).toBe(LATE);
    expect(turns).toBeGreaterThan(0);
    expect(within(20, () => /^(a+)+$/.test(`${'a'.repeat(40)}!`))).toBe(LATE);
    expect(within(1_000, () => 'works again')).toBe('works again');
  });
});
