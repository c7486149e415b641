import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../../src/os/config/limits.ts';
import type { Used } from '../../../src/os/limits/limits.ts';
import { openMeter } from '../../../src/os/limits/meter.ts';

const NOTHING: Used = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 };
const TURN = { kind: 'turn', visits: 0, opsBefore: 0 } as const;
const CALL = { requestBytes: 100, maxOutputTokens: 1000, price: undefined };
const never = new AbortController().signal;

/** What a run has spent, to be changed as its log would. */
function account(limits: Partial<Limits>, spent: Partial<Used> = {}) {
  const now: { spent: Used } = { spent: { ...NOTHING, ...spent } };
  return { now, account: { limits: { ...DEFAULT_LIMITS, ...limits }, raised: () => ({}), spent: () => now.spent } };
}

describe('a meter', () => {
  it('counts what sub-runs use at once, and by their receipt once that is there', () => {
    const root = account({ max_turns: 10 });
    const meter = openMeter(root.account, () => 0);
    const child = account({}, { turns: 3 });
    meter.under('a', child.account);
    expect(meter.used().turns).toBe(3);
    expect(meter.left().max_turns).toBe(7);
    root.now.spent = { ...NOTHING, turns: 3 };
    meter.settle('a');
    expect(meter.used().turns).toBe(3);
  });

  it('counts a sub-run that is taken up again once', () => {
    const meter = openMeter(account({}).account, () => 0);
    meter.under('a', account({}, { ops: 2 }).account);
    meter.under('a', account({}, { ops: 5 }).account);
    expect(meter.used().ops).toBe(5);
  });

  it('finds the limit of a run above, and says that it is one', () => {
    const meter = openMeter(account({ max_turns: 4 }).account, () => 0);
    const one = meter.under('a', account({ max_turns: 4 }, { turns: 2 }).account);
    meter.under('b', account({ max_turns: 4 }, { turns: 2 }).account);
    expect(one.crossing(TURN, '1/t1')).toEqual({ limit: 'max_turns', used: 4, cap: 4, above: true });
    expect(meter.crossing({ ...TURN, kind: 'op' }, '1/s1')).toBeUndefined();
  });

  it('lets a call wait for room that another holds, and not for room that is not there', async () => {
    const meter = openMeter(account({ tokens: 1500 }).account, () => 0);
    const [a, b] = ['a', 'b'].map((run) => meter.under(run, account({ tokens: 1500 }).account));
    const first = await a?.reserve(CALL, 'turn', never);
    if (first?.ok !== true) throw new Error('no room for the first');
    expect(first.maxOutputTokens).toBe(1000);
    let second: unknown;
    const waiting = b?.reserve({ ...CALL, requestBytes: 600 }, 'turn', never).then((room) => {
      second = room;
    });
    await Promise.resolve();
    expect(second).toBeUndefined();
    first.release();
    await waiting;
    expect(second).toMatchObject({ ok: true, maxOutputTokens: 900 });
    expect(await a?.reserve({ ...CALL, requestBytes: 5000 }, 'turn', never)).toMatchObject({
      ok: false,
      crossing: { limit: 'tokens' },
    });
  });

  it('lets go of a call that waits when the run is interrupted', async () => {
    const meter = openMeter(account({ tokens: 1200 }).account, () => 0);
    await meter.reserve(CALL, 'turn', never);
    const stop = new AbortController();
    const waiting = meter.reserve(CALL, 'turn', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });

  it('counts what has no receipt yet until it is taken back', () => {
    const meter = openMeter(account({}).account, () => 0);
    const back = meter.count({ input: 10, usd: 0.5 });
    expect(meter.used()).toMatchObject({ input: 10, usd: 0.5 });
    back();
    expect(meter.used()).toEqual(NOTHING);
  });

  it('counts the time of sub-runs that ran at once only once', () => {
    let now = 1000;
    const meter = openMeter(account({}).account, () => now);
    expect(meter.elapsed(200)).toBe(200);
    now = 1050;
    expect(meter.elapsed(200)).toBe(50);
    now = 2000;
    expect(meter.elapsed(300)).toBe(300);
  });
});
