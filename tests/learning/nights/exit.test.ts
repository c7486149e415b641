import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitOf } from '../../../src/learning/nights/exit.ts';
import { anySkill, night, skillNight } from './night.ts';

const ORDER = [6, 4, 5, 7, 1, 3];
const FAILED_TEST = { ok: false, checks: [] };

describe('the exit code of a night', () => {
  it.each([
    [0, 'a PASS with an open proposal', skillNight()],
    [0, 'a PASS whose run waits for a person', skillNight({ exit: 3 })],
    [0, 'an improvement', skillNight({ outcome: 'improved' })],
    [0, 'a skill that was good enough', skillNight({ outcome: 'good_enough' })],
    [1, 'a FAIL', skillNight({ outcome: 'rejected' })],
    [1, 'a search that found nothing', skillNight({ outcome: 'nothing' })],
    [2, 'a skill without evals', skillNight({ outcome: 'failed', exit: 2 })],
    [3, 'a verdict that was held', skillNight({ outcome: 'held' })],
    [4, 'a PASS in whose run something was denied that it needs', skillNight({ exit: 4 })],
    [5, 'a run that met its limit', skillNight({ outcome: 'failed', exit: 5 })],
    [
      7,
      'a verdict that a provider kept from being reached',
      skillNight({ outcome: 'held', verdict: { verdict: 'INDETERMINATE', code: 'infra', reason: '' } }),
    ],
    [70, 'a fault of the program', skillNight({ outcome: 'failed', exit: 70 })],
    [130, 'an interruption', skillNight({ outcome: 'interrupted', exit: 130 })],
  ])('is %d for %s', (exit, _, skill) => {
    expect(exitOf(night({ skills: [skill] }))).toBe(exit);
  });

  it('is 0 where there was nothing to do, and 6 where the self-test failed', () => {
    expect([exitOf(night({ skills: [] })), exitOf(night({ self_test: FAILED_TEST }))]).toEqual([0, 6]);
  });

  it('is that of the gravest skill, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(anySkill, { minLength: 1, maxLength: 5 }), (skills) => {
        const each = skills.map((skill) => exitOf(night({ skills: [skill] })));
        const all = exitOf(night({ skills }));
        const grave = [6, 130, ...ORDER].find((code) => each.some((one) => one === code));
        expect(all).toBe(grave ?? each.find((code) => code !== 0) ?? 0);
        if (grave !== undefined) expect(exitOf(night({ skills: skills.toReversed() }))).toBe(all);
      }),
    );
  });

  it('is 6 for every night whose self-test failed, and never 0 for one that was stopped', () => {
    fc.assert(
      fc.property(fc.array(anySkill, { maxLength: 4 }), (skills) => {
        expect(exitOf(night({ skills, self_test: FAILED_TEST }))).toBe(6);
        expect([6, 130]).toContain(exitOf(night({ skills, interrupted: true })));
      }),
    );
  });
});
