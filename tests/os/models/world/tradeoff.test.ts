import { describe, expect, it } from 'vitest';
import { stream } from '../../../../src/os/models/world/stream.ts';
import {
  COMPONENTS,
  readTradeoff,
  runTradeoff,
  tradeoffCases,
  tradeoffPass,
  tradeoffTruth,
} from '../../../../src/os/models/world/tradeoff.ts';
import { proposeTradeoff } from '../../../../src/os/models/world/tradeoff-proposer.ts';

const SEED = { router: '# router', writer: '# writer' };
const ORACLE = {
  router: '# router\nR:0\nR:2\nR:4\nC:0:T',
  writer: '# writer\nR:1\nR:3\nR:5\nC:1:A\nC:2:B',
};
const mean = (of: (world: number) => number) =>
  Array.from({ length: 20 }, (_, i) => of(i)).reduce((a, b) => a + b) / 20;

describe('the trade-off world', () => {
  it('has the published truth of the seed and of the oracle', () => {
    expect(mean((world) => tradeoffTruth(world, SEED))).toBeCloseTo(0.095, 2);
    expect(mean((world) => tradeoffTruth(world, ORACLE))).toBeCloseTo(0.889, 2);
  });

  it('breaks the family that must pass where a rule is stated for all', () => {
    const broken = { ...ORACLE, router: `${ORACLE.router}\nR:T` };
    expect(mean((world) => tradeoffTruth(world, ORACLE, 3) - tradeoffTruth(world, broken, 3))).toBeGreaterThan(0.7);
  });

  it('does not count an item in the wrong component', () => {
    expect(tradeoffTruth(0, { ...SEED, writer: '# writer\nR:0\nR:2' })).toBe(tradeoffTruth(0, SEED));
  });

  it('passes runs as often as it says', () => {
    const read = readTradeoff(ORACLE);
    const [task] = tradeoffCases(0, 'v', 1);
    if (task === undefined) throw new Error('no case');
    const runs = Array.from({ length: 4000 }, (_, i) => runTradeoff(read, task, stream(`run|${i}`)).pass);
    expect(Math.abs(runs.filter(Boolean).length / 4000 - tradeoffPass(read, task))).toBeLessThan(0.03);
  });

  it('has a proposer that narrows the rule that breaks', () => {
    const texts = { ...SEED, router: '# router\nR:T' };
    const failures = [{ case: 'v0', family: 3, missed: ['breaks:T'] }];
    const made = Array.from({ length: 400 }, (_, i) => proposeTradeoff(texts, failures, COMPONENTS, stream(`p${i}`)));
    const narrowed = made.filter((text) => text?.router.includes('C:0:T') && !text.router.includes('R:T\n'));
    expect(narrowed.length / 400).toBeGreaterThan(0.15);
    expect(proposeTradeoff(texts, [], COMPONENTS, stream('none'))).toBeUndefined();
  });
});
