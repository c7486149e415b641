import fs from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countPerStep } from '../../bench/durable-step.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts every flush of anything in this process; they are still done. */
function countFlushes(): () => number {
  const spies = (['fsyncSync', 'fdatasyncSync', 'fsync', 'fdatasync'] as const).map((call) => vi.spyOn(fs, call));
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

/** Bytes of the log a step may take; a decision and a step that repeats it as arguments take more than one op. */
const BUDGETS = [
  ['steps_by_turn', 1000],
  ['steps_by_phase', 1100],
] as const;

describe('a durable step', () => {
  it.each(BUDGETS)('%s: one write to the log of at most %i bytes, and two flushes', async (skill, budget) => {
    const { writes, bytes, syncs, flushes } = await countPerStep(skill, 60, countFlushes());
    expect({ writes, syncs, flushes }).toEqual({ writes: 1, syncs: 1, flushes: 2 });
    expect(bytes).toBeLessThanOrEqual(budget);
    expect(bytes).toBeGreaterThan(budget / 2);
  });
});
