import { describe, expect, it } from 'vitest';
import { skillNight } from '../../../src/learning/nights/skill-night.ts';
import type { RunEvent } from '../../../src/os/events/event.ts';
import type { Json } from '../../../src/os/json.ts';
import type { RunOutcome } from '../../../src/os/runs/outcome.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const SPENT = { turns: 4, ops: 9, visits: 5, inputTokens: 100, outputTokens: 20, usd: 0.1, ms: 1234.5 };
const PASS = {
  ...{ verdict: 'PASS', code: 'gain', reason: 'It is better.', receipt: 'r', from: A, to: B, summary: 's', p: 0.001 },
  ...{ alpha: { spent: 0.03, attempt: 1, looks: [1] }, gain: { mean: 0.2, low: 0.1, high: 0.3 } },
  counts: { fixed: 3, broken: 0, flaky: 1, clusters: 30 },
};

function outcome(rest: Partial<RunOutcome> = {}, said?: Json): RunOutcome {
  const artifact = said === undefined ? {} : { artifact: { type: 'report', artifact: said } };
  return {
    run: 'r1',
    skill: 'i',
    status: 'finished',
    exit: 0,
    waiting: [],
    denied: [],
    spent: SPENT,
    ...artifact,
    ...rest,
  };
}

/** Events of ops that succeeded. */
function ops(...done: readonly (readonly [kind: string, result: Json])[]): RunEvent[] {
  return done.flatMap(([kind, result], i) => {
    const place = { run: 'r1', step: `s${i}` };
    return [
      { ...place, type: 'op_started', data: { kind, by: 'x' } },
      { ...place, type: 'op_finished', data: { result } },
    ] as unknown as RunEvent[];
  });
}

describe('what became of one skill in a night', () => {
  it.each([
    ['proposed', outcome(), ops(['verify_skill', PASS])],
    ['proposed', outcome({ status: 'waiting', exit: 3 }), ops(['verify_skill', PASS])],
    ['improved', outcome(), ops(['verify_skill', PASS], ['apply_version', { version: 2 }])],
    ['rejected', outcome(), ops(['verify_skill', { ...PASS, verdict: 'FAIL', code: 'harm' }])],
    ['held', outcome(), ops(['verify_skill', { ...PASS, verdict: 'INDETERMINATE', code: 'undecided' }])],
    ['nothing', outcome(), ops(['eval_skill', {}])],
    ['waiting', outcome({ status: 'waiting', exit: 3 }), []],
    ['failed', outcome({ status: 'failed', exit: 5 }), []],
    ['interrupted', outcome({ status: 'interrupted', exit: 130 }), ops(['verify_skill', PASS])],
  ] as const)('is %s by what the ops of the run did', (expected, run, events) => {
    expect(skillNight('reply', run, events).outcome).toBe(expected);
  });

  it('is not improved because the run says so', () => {
    const said = { outcome: 'improved', summary: 'All is well.', verdict: PASS, receipt: 'mine', version: 7 };
    expect(skillNight('reply', outcome({}, said), [])).toMatchObject({ outcome: 'nothing', reason: 'All is well.' });
    expect(skillNight('reply', outcome({}, said), [])).not.toHaveProperty('receipt');
  });

  it('has the verdict as the op gave it, and prose and counts as the run tells them', () => {
    const said = {
      ...{ summary: 'Proved.', diff: 'd', iterations: 3, notes: ['n', 1], from: A },
      ...{ calls: { used: 600, cap: 1200 }, scores: { before: 0.2, after: 0.8 } },
    };
    expect(skillNight('reply', outcome({}, said), ops(['verify_skill', PASS]))).toMatchObject({
      verdict: { verdict: 'PASS', p: 0.001, alpha: { spent: 0.03, attempt: 1 }, counts: { clusters: 30 } },
      ...{ reason: 'Proved.', from: A, to: B, receipt: 'r', diff: 'd', iterations: 3, calls: 600, notes: ['n'] },
      dev: { before: 0.2, after: 0.8 },
      usage: { turns: 4, ops: 9, input: 100, output: 20, usd: 0.1, ms: 1235 },
    });
  });

  it('leaves out what of a verdict is not of its form', () => {
    const odd = { ...PASS, p: 'small', gain: { mean: 'x' }, pass: 3 };
    const { verdict } = skillNight('reply', outcome(), ops(['verify_skill', odd]));
    expect(verdict).toEqual({
      ...{ verdict: 'PASS', code: 'gain', reason: 'It is better.' },
      ...{ alpha: { spent: 0.03, attempt: 1 }, counts: PASS.counts },
    });
  });

  it('tells what was denied and could not be done without', () => {
    const denial = { step: 's', op: 'apply_version', need: 'skill.write', resource: 'reply', reason: 'no' };
    const denied = [
      { ...denial, optional: true },
      { ...denial, op: 'save_version', optional: false },
    ];
    expect(skillNight('reply', outcome({ exit: 4, denied }), []).denied).toEqual([
      { op: 'save_version', resource: 'reply', reason: 'no' },
    ]);
  });
});
