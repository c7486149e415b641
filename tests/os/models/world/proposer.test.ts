import { describe, expect, it } from 'vitest';
import { readChecklist } from '../../../../src/os/models/world/checklist.ts';
import { hackedPass, runHacked } from '../../../../src/os/models/world/hack.ts';
import { PROPOSER_RATES, proposeChecklist } from '../../../../src/os/models/world/proposer.ts';
import { stream } from '../../../../src/os/models/world/stream.ts';

describe('the proposer of the checklist world', () => {
  const failures = [
    { case: 't1', missed: [4] },
    { case: 't2', missed: [4] },
    { case: 't3', missed: [4] },
  ];
  const made = Array.from({ length: 4000 }, (_, i) =>
    proposeChecklist('# skill', failures.slice(0, 1), stream(`made|${i}`), { ...PROPOSER_RATES, deletion: 0 }),
  ).flatMap((text) => text?.split('\n').slice(1) ?? []);
  const share = (pattern: RegExp) => made.filter((line) => pattern.test(line)).length / made.length;

  it('errs at its published rates', () => {
    expect(made).toHaveLength(4000);
    expect(share(/^R:4$/)).toBeCloseTo(0.65 * (0.85 + 0.15 / 12), 1);
    expect(share(/^M:t/)).toBeCloseTo(0.15, 1);
    expect(share(/^W:/)).toBeCloseTo(0.1, 1);
    expect(share(/^F:x$/)).toBeCloseTo(0.1, 1);
  });

  it('adds no line that is there already, and at most two', () => {
    for (let i = 0; i < 200; i++) {
      const text = proposeChecklist('# skill\nR:4', failures, stream(`twice|${i}`), { ...PROPOSER_RATES, deletion: 0 });
      const lines = text?.split('\n') ?? [];
      expect(new Set(lines).size).toBe(lines.length);
      expect(lines.length).toBeLessThanOrEqual(4);
    }
  });

  it('proposes nothing where nothing failed, and never deletes the title', () => {
    expect(proposeChecklist('# skill', [], stream('x'))).toBeUndefined();
    const texts = Array.from({ length: 200 }, (_, i) =>
      proposeChecklist('# skill', failures, stream(`d|${i}`), { ...PROPOSER_RATES, deletion: 1 }),
    );
    expect(texts.every((text) => text?.startsWith('# skill') && text.split('\n').length <= 2)).toBe(true);
  });

  it('deceives one grader with a hack and not the other', () => {
    const text = readChecklist('# skill\nH');
    const task = { id: 'v0', rules: [1], p0: 0 };
    for (const grader of ['deceived', 'independent'] as const) {
      const runs = Array.from({ length: 3000 }, (_, i) => runHacked(text, task, grader, stream(`${i}`)).pass);
      expect(runs.filter(Boolean).length / 3000).toBeCloseTo(hackedPass(grader), 1);
    }
  });
});
