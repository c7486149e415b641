import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../../src/os/config/limits.ts';
import { type Act, capOf, crossing, remaining, tighter, type Used } from '../../../src/os/limits/limits.ts';
import { costOf, reserve } from '../../../src/os/limits/reserve.ts';

const NOTHING: Used = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 };
const limits = (rest: Partial<Limits>): Limits => ({ ...DEFAULT_LIMITS, ...rest });
const act = (kind: Act['kind'], rest: Partial<Act> = {}): Act => ({ kind, visits: 1, opsBefore: 0, ...rest });

describe('a crossing', () => {
  it.each([
    ['max_turns', { max_turns: 3 }, { turns: 2 }, { turns: 3 }, act('turn')],
    ['max_ops', { max_ops: 3 }, { ops: 2 }, { ops: 3 }, act('op')],
    ['max_ops', { max_ops: 3 }, { ops: 1 }, { ops: 2 }, act('op', { opsBefore: 1 })],
    ['seconds', { seconds: 2 }, { ms: 2000 }, { ms: 2001 }, act('leave')],
    ['output_bytes', { output_bytes: 10 }, { bytes: 10 }, { bytes: 11 }, act('turn')],
  ] as const)('of %s comes with the first act that does not fit', (limit, caps, within, beyond, next) => {
    expect(crossing(limits(caps), {}, { ...NOTHING, ...within }, next)).toBeUndefined();
    expect(crossing(limits(caps), {}, { ...NOTHING, ...beyond }, next)).toMatchObject({ limit });
  });

  it('of visits comes with what is to be done in the visit too many, whatever it is', () => {
    for (const kind of ['turn', 'op', 'leave'] as const) {
      expect(crossing(limits({ max_phase_visits: 2 }), {}, NOTHING, act(kind, { visits: 2 }))).toBeUndefined();
      expect(crossing(limits({ max_phase_visits: 2 }), {}, NOTHING, act(kind, { visits: 3 }))).toEqual({
        limit: 'max_phase_visits',
        used: 3,
        cap: 2,
      });
    }
  });

  it('does not count turns against ops, nor ops against turns', () => {
    const used = { ...NOTHING, turns: 9, ops: 0 };
    expect(crossing(limits({ max_turns: 9 }), {}, used, act('op'))).toBeUndefined();
    expect(crossing(limits({ max_ops: 0 }), {}, NOTHING, act('turn'))).toBeUndefined();
  });

  it('moves by the limit itself each time a person raises it', () => {
    const used = { ...NOTHING, turns: 5 };
    expect(crossing(limits({ max_turns: 3 }), { max_turns: 1 }, used, act('turn'))).toBeUndefined();
    expect(crossing(limits({ max_turns: 3 }), { max_turns: 1 }, { ...used, turns: 6 }, act('turn'))).toEqual({
      limit: 'max_turns',
      used: 6,
      cap: 6,
    });
  });
});

describe('what remains', () => {
  const some = fc.nat(1000);
  const used = fc.record({ turns: some, ops: some, input: some, output: some, usd: some, ms: some, bytes: some });

  it('is never below zero and never more than the limit', () => {
    const caps = limits({ max_turns: 500, max_ops: 500, tokens: 900, usd: 500, seconds: 0.5, output_bytes: 500 });
    fc.assert(
      fc.property(used, (spent) => {
        const left = remaining(caps, {}, spent);
        for (const name of ['max_turns', 'max_ops', 'tokens', 'usd', 'seconds', 'output_bytes'] as const) {
          expect(left[name]).toBeGreaterThanOrEqual(0);
          expect(left[name]).toBeLessThanOrEqual(caps[name] as number);
        }
        expect(left.max_phase_visits).toBe(caps.max_phase_visits);
      }),
    );
  });

  it('leaves absent what is unlimited', () => {
    const { tokens: _, seconds: __, ...open } = DEFAULT_LIMITS;
    expect(Object.keys(remaining(open, {}, NOTHING)).sort()).toEqual(Object.keys(open).sort());
    expect(capOf(open, {}, 'usd')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the tighter of two limits', () => {
  it('is taken limit by limit; the policy of the second counts', () => {
    const merged = tighter(limits({ max_turns: 5, tokens: 10 }), { max_turns: 7, tokens: 4, usd: 1, on_limit: 'ask' });
    expect(merged).toMatchObject({ max_turns: 5, tokens: 4, usd: 1, on_limit: 'ask' });
  });

  it('never loosens', () => {
    const caps = fc.record({ max_turns: fc.nat(), tokens: fc.nat(), usd: fc.nat() }, { requiredKeys: [] });
    fc.assert(
      fc.property(caps, (other) => {
        const own = limits({ tokens: 100 });
        const merged = tighter(own, other as Partial<Limits>);
        expect(merged.max_turns).toBeLessThanOrEqual(own.max_turns);
        expect(merged.tokens).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('a reservation', () => {
  const price = { input: 2, output: 10 };
  const call = { requestBytes: 1000, maxOutputTokens: 4096, price };

  it('cuts the answer to what tokens and money leave', () => {
    expect(reserve(limits({ tokens: 100_000 }), {}, NOTHING, call)).toEqual({ ok: true, maxOutputTokens: 4096 });
    expect(reserve(limits({ tokens: 1500 }), {}, NOTHING, call)).toEqual({ ok: true, maxOutputTokens: 500 });
    // 1,000 tokens in cost 0.002, so 0.001 of 0.003 is left: 100 tokens out
    expect(reserve(limits({ usd: 0.003 }), {}, NOTHING, call)).toEqual({ ok: true, maxOutputTokens: 100 });
  });

  it('is refused when not one token of an answer would fit', () => {
    expect(reserve(limits({ tokens: 1000 }), {}, NOTHING, call)).toEqual({
      ok: false,
      crossing: { limit: 'tokens', used: 0, cap: 1000 },
    });
    expect(reserve(limits({ usd: 0.002 }), {}, NOTHING, call)).toMatchObject({ ok: false, crossing: { limit: 'usd' } });
    const spent = { ...NOTHING, input: 500, output: 100, usd: 0.5 };
    expect(reserve(limits({ tokens: 1600 }), {}, spent, call)).toMatchObject({ ok: false, crossing: { used: 600 } });
  });

  it('can never be exceeded by what a call costs', () => {
    const amounts = fc.record({
      tokens: fc.integer({ min: 1, max: 20_000 }),
      usd: fc.double({ min: 0.0001, max: 1, noNaN: true }),
      requestBytes: fc.nat(10_000),
      input: fc.nat(5000),
    });
    fc.assert(
      fc.property(amounts, ({ tokens, usd, requestBytes, input }) => {
        const used = { ...NOTHING, input, usd: costOf({ input, output: 0 }, price) ?? 0 };
        const room = reserve(limits({ tokens, usd }), {}, used, { ...call, requestBytes });
        if (!room.ok) return;
        const most = { input: requestBytes, output: room.maxOutputTokens };
        expect(input + most.input + most.output).toBeLessThanOrEqual(tokens);
        expect(used.usd + (costOf(most, price) ?? 0)).toBeLessThanOrEqual(usd * (1 + 1e-9));
      }),
    );
  });

  it('costs nothing where nothing is priced', () => {
    expect(reserve(limits({ usd: 0 }), {}, NOTHING, { ...call, price: { input: 0, output: 0 } })).toMatchObject({
      ok: true,
    });
    expect(costOf({ input: 10, output: 10 }, undefined)).toBeUndefined();
  });
});

describe('the cost of a call', () => {
  it('counts cached input at its own price, or at the full one', () => {
    const usage = { input: 1_000_000, output: 100_000, cached: 600_000 };
    expect(costOf(usage, { input: 2, output: 10, cached: 0.5 })).toBeCloseTo(0.8 + 0.3 + 1, 10);
    expect(costOf(usage, { input: 2, output: 10 })).toBeCloseTo(3, 10);
  });
});
