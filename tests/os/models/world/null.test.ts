import { describe, expect, it } from 'vitest';
import { checklistCases } from '../../../../src/os/models/world/checklist.ts';
import { NULL_WORLDS, nullPass } from '../../../../src/os/models/world/null.ts';

describe('the null worlds', () => {
  it.each(NULL_WORLDS)('have no gain in a changed text on the whole: %s', (kind) => {
    const pairs = Array.from({ length: 40 }, (_, world) =>
      checklistCases(world, 'e', 400).map((task) => ({
        before: nullPass(kind, world, task, false),
        after: nullPass(kind, world, task, true),
      })),
    ).flat();
    const gains = pairs.map(({ before, after }) => after - before);
    const within = (p: number) => p >= 0 && p <= 1 + 1e-9;
    expect(pairs.filter(({ before, after }) => !within(before) || !within(after))).toEqual([]);
    expect(Math.abs(gains.reduce((a, b) => a + b) / gains.length)).toBeLessThan(0.006);
  });
});
