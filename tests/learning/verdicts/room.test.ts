import { describe, expect, it } from 'vitest';
import { roomFor } from '../../../src/learning/verdicts/room.ts';

const used = { input: 800, output: 200, usd: 0.1, ms: 0, turns: 10 };

describe('the room of the runs of a verification', () => {
  it('is an equal share of what is left', () => {
    expect(roomFor(10, used, 10, { tokens: 100_000, usd: 20 })).toEqual({ tokens: 10_000, usd: 2 });
  });

  it('has no bound where there is no limit', () => {
    expect(roomFor(10, used, 10, {})).toBeUndefined();
  });

  it('is never so little that runs would end by it and be counted against their arm', () => {
    expect(() => roomFor(10, used, 10, { tokens: 7_000 })).toThrow(/limit on tokens.*no verdict was reached/s);
    expect(() => roomFor(10, used, 10, { usd: 0.5 })).toThrow(/limit on usd/);
  });

  it('is not there when nothing is left', () => {
    expect(() => roomFor(1, { ...used, input: 0, output: 0 }, 0, { tokens: 0 })).toThrow(/0 are left for 1 runs/);
  });
});
