import { describe, expect, it } from 'vitest';
import { checklistCases } from '../../../../src/os/models/world/checklist.ts';
import { NULL_WORLDS, nullPass } from '../../../../src/os/models/world/null.ts';

describe('the null worlds', () => {
  it.each(NULL_WORLDS)('have no gain in a changed text on the whole: %s', (kind) => {
    const gains = Array.from({ length: 40 }, (_, world) =>
      checklistCases(world, 'e', 400).map((task) => {
        const [before, after] = [nullPass(kind, world, task, false), nullPass(kind, world, task, true)];
        expect(Math.min(before, after)).toBeGreaterThanOrEqual(0);
        expect(Math.max(before, after)).toBeLessThanOrEqual(1 + 1e-9);
        return after - before;
      }),
    ).flat();
    expect(Math.abs(gains.reduce((a, b) => a + b) / gains.length)).toBeLessThan(0.006);
  });
});
