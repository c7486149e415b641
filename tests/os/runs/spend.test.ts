import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/os/events/event.ts';
import { spendOf, sumSpending } from '../../../src/os/runs/spend.ts';
import { firstEvent } from '../events/scene.ts';

type Body = { type: string; data: object; day?: string };

function log(first: object, ...bodies: readonly Body[]): RunEvent[] {
  const begin = firstEvent({ owner: { id: 'o', pid: 1 } });
  const all = [{ ...begin, data: { ...begin.data, ...first } }, ...bodies] as readonly Body[];
  return all.map(({ day = '01', ...body }, i) => ({
    ...body,
    seq: i + 1,
    epoch: 1,
    ts: `2026-03-${day}T10:00:00.000Z`,
    run: 'r',
  })) as unknown as RunEvent[];
}

const pin = (model: string) => ({ name: model, provider: 'openai', model });
const turn = (usage: object | undefined, day?: string): Body => ({
  type: 'turn_acted',
  data: { request: 'q', ops: [], ...(usage === undefined ? {} : { usage }) },
  ...(day === undefined ? {} : { day }),
});

describe('what a run used', () => {
  it('is told by day and model: turns, refused turns, lost calls and judges', () => {
    const events = log(
      { models: { strong: pin('a'), light: pin('b') } },
      turn({ input: 10, output: 1, cached: 4, usd: 0.5, model: 'openai/a' }),
      { type: 'validation_error', data: { usage: { input: 10, output: 2, usd: 0.25, model: 'openai/a' } } },
      { type: 'op_started', data: { kind: 'judge_output', by: 'x' } },
      { type: 'op_finished', data: { spent: { turns: 0, ops: 0, input: 5, output: 5, usd: 1, model: 'openai/b' } } },
      { type: 'turn_lost', data: { usage: { input: 7, output: 0, model: 'openai/b' } }, day: '02' },
    );
    const nothing = { turns: 0, ops: 0, input: 0, output: 0, cached: 0, usd: 0, unpriced: 0 };
    const [day, next] = ['2026-03-01', '2026-03-02'];
    expect(spendOf(events)).toEqual([
      { ...nothing, day, model: 'openai/a', turns: 2, input: 20, output: 3, cached: 4, usd: 0.75 },
      { ...nothing, day, ops: 1 },
      { ...nothing, day, model: 'openai/b', input: 5, output: 5, usd: 1 },
      { ...nothing, day: next, model: 'openai/b', input: 7, unpriced: 7 },
    ]);
  });

  it('leaves out what a sub-run used, which has a log of its own', () => {
    const spent = { turns: 3, ops: 2, input: 100, output: 10, usd: 5, ms: 1 };
    const events = log(
      { models: { standard: pin('a') } },
      { type: 'op_started', data: { kind: 'run_skill', by: 'x', child: 'c' } },
      { type: 'op_finished', data: { spent } },
    );
    expect(spendOf(events)).toMatchObject([{ turns: 0, ops: 1, input: 0, usd: 0 }]);
  });

  it('leaves out what a fork has from another run', () => {
    const from = (copied?: number) => ({
      models: { standard: pin('a') },
      forked_from: { run: 'o', seq: 3, hash: 'h', ...(copied === undefined ? {} : { copied }) },
    });
    const turns = [1, 2, 3].map((usd) => turn({ input: 1, output: 1, usd, model: 'openai/a' }));
    expect(spendOf(log(from(1), ...turns))).toMatchObject([{ turns: 2, usd: 5 }]);
    expect(spendOf(log(from(), ...turns))).toMatchObject([{ turns: 1, usd: 3 }]);
  });

  it('in a log of before models were named is the one model of the run, or of several', () => {
    const used = { input: 1, output: 1, usd: 1 };
    expect(spendOf(log({ models: { s: pin('a'), l: pin('a') } }, turn(used)))[0]?.model).toBe('openai/a');
    expect(spendOf(log({ models: { s: pin('a'), l: pin('b') } }, turn(used)))[0]?.model).toBe('several models');
    expect(spendOf(log({ models: { s: { name: 'scripted', provider: 'scripted' } } }, turn(undefined)))).toMatchObject([
      { model: 'scripted', turns: 1, unpriced: 0 },
    ]);
  });
});

describe('the sum of what runs used', () => {
  const own = spendOf(
    log(
      { models: { s: pin('a') } },
      turn({ input: 10, output: 1, usd: 1, model: 'openai/a' }, '01'),
      turn({ input: 10, output: 1, usd: 2, model: 'openai/b' }, '03'),
      { type: 'op_started', data: { kind: 'read_file', by: 'x' }, day: '03' },
    ),
  );
  const runs = [
    { run: 'r1', skill: 'essay', own },
    { run: 'r2', skill: 'notes', own: own.slice(0, 1) },
  ];

  it.each([
    [
      'skill',
      [
        ['essay', 1, 3],
        ['notes', 1, 1],
      ],
    ],
    [
      'model',
      [
        ['openai/a', 2, 2],
        ['openai/b', 1, 2],
      ],
    ],
    [
      'day',
      [
        ['2026-03-01', 2, 2],
        ['2026-03-03', 1, 2],
      ],
    ],
  ] as const)('by %s', (by, rows) => {
    const sum = sumSpending(runs, by, undefined);
    expect(sum.rows.map(({ name, runs: count, usd }) => [name, count, usd])).toEqual(rows);
    expect(sum.total).toMatchObject({ runs: 2, turns: 3, ops: 1, input: 30, usd: 4 });
  });

  it('begins with the whole day of the time that is given', () => {
    const sum = sumSpending(runs, 'day', '2026-03-03T23:00:00.000Z');
    expect(sum).toMatchObject({ since: '2026-03-03', total: { runs: 1, usd: 2, ops: 1 } });
  });
});
