import { describe, expect, it } from 'vitest';
import {
  checklistCases,
  checklistTruth,
  passProbability,
  readChecklist,
  runChecklist,
} from '../../../../src/os/models/world/checklist.ts';
import { stream } from '../../../../src/os/models/world/stream.ts';

const stating = (rules: number) => ['# skill', ...Array.from({ length: rules }, (_, i) => `R:${i}`)].join('\n');

describe('the checklist world', () => {
  it('has the published cases', () => {
    const cases = checklistCases(0, 't', 3);
    expect(cases.map(({ id, rules }) => [id, rules])).toEqual([
      ['t0', [7]],
      ['t1', [2, 6, 10]],
      ['t2', [0, 9]],
    ]);
    const chances = [0.539252365, 0.000438313, 0.848323592];
    for (const [i, p0] of chances.entries()) expect(cases[i]?.p0).toBeCloseTo(p0, 8);
  });

  it.each([
    [0, 0.045689063, 0.438924063, 0.900214062],
    [1, 0.052733438, 0.448283438, 0.904168437],
    [2, 0.049832813, 0.465072813, 0.903657812],
  ])('has the published truth in world %i', (world, seed, six, all) => {
    expect(checklistTruth(world, '# skill')).toBeCloseTo(seed, 8);
    expect(checklistTruth(world, stating(6))).toBeCloseTo(six, 8);
    expect(checklistTruth(world, stating(12))).toBeCloseTo(all, 8);
  });

  it('passes runs as often as it says, and names what a failed one missed', () => {
    const text = readChecklist('# skill\n- R:0\nR:3\nW:3\nM:v9');
    for (const task of [
      { id: 'v1', rules: [0, 3], p0: 0 },
      { id: 'v9', rules: [5], p0: 0 },
    ]) {
      const runs = Array.from({ length: 4000 }, (_, i) => runChecklist(text, task, stream(`${task.id}|${i}`)));
      const passed = runs.filter(({ pass }) => pass).length / runs.length;
      expect(Math.abs(passed - passProbability(text, task))).toBeLessThan(0.025);
      expect(runs.every(({ pass, missed }) => pass === (missed.length === 0))).toBe(true);
    }
  });

  it('is worse at texts that contradict themselves or run on', () => {
    const long = `${stating(12)}\n${'F:x\n'.repeat(20)}`;
    expect(checklistTruth(0, long)).toBeLessThan(0.72);
    expect(checklistTruth(0, `${stating(12)}\nW:0`)).toBeLessThan(0.8);
  });
});
