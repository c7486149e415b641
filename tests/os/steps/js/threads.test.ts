import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openJsEngine } from '../../../../src/os/steps/js/engine.ts';
import { callOf, NEVER, returning, runAlone, useEngine } from './running.ts';

const { engine, value } = useEngine();

const CALL = callOf(returning('x + 1'), { input: 1 });
const ENDLESS = 'export function rank() { for (;;); }';

/** Keeps this thread busy, so that messages come in and are not read. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('the threads of the engine', () => {
  it('take many calls at once, each with its own end', async () => {
    const calls = Array.from({ length: 60 }, (_, i) =>
      i % 20 === 7
        ? engine.run(callOf('export const rank = () => { throw new Error("mine"); };'), NEVER)
        : engine.run(callOf(returning('x * 2'), { input: i }), NEVER),
    );
    const ends = await Promise.all(calls);
    expect(ends.map((end) => (end.ok ? end.value : end.code))).toEqual(
      ends.map((_, i) => (i % 20 === 7 ? 'js_error' : i * 2)),
    );
  });

  it('are let go by a call that is aborted, with the reason of the signal', async () => {
    const aborts = Array.from({ length: Math.min(availableParallelism(), 4) + 2 }, () => new AbortController());
    const ends = aborts.map((abort) => engine.run(callOf(ENDLESS), abort.signal));
    const after = value(returning('1')); // behind more endless calls than there are threads
    for (const [i, abort] of aborts.entries()) abort.abort(new Error(`reason ${i}`));
    const settled = await Promise.allSettled(ends);
    expect(settled.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(
      aborts.map((_, i) => `Error: reason ${i}`),
    );
    expect(await after).toBe(1);
  });

  it('are whole for other calls when one is aborted whose answer is there but not yet read', async () => {
    await value(returning('1'));
    const abort = new AbortController();
    const aborted = engine.run(callOf(returning('1')), abort.signal);
    work(50);
    abort.abort(new Error('enough'));
    const others = [1, 2, 3, 4, 5, 6].map((input) => value(returning('x'), { input }));
    await expect(aborted).rejects.toThrow('enough');
    expect(await Promise.all(others)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are whole for other calls at whatever moment one is aborted', async () => {
    for (let i = 0; i < 15; i++) {
      const abort = new AbortController();
      const aborted = engine.run(callOf(returning('1')), abort.signal).catch((error: Error) => error.message);
      await sleep(i / 4);
      abort.abort(new Error('enough'));
      expect(await value(returning('x'), { input: i })).toBe(i);
      expect([{ ok: true, value: 1 }, 'enough']).toContainEqual(await aborted);
    }
  });

  it('are not even asked when the signal was aborted before', async () => {
    await expect(engine.run(callOf(returning('1')), AbortSignal.abort(new Error('early')))).rejects.toThrow('early');
  });

  it('keep nothing of a signal that many calls share', async () => {
    const { signal } = new AbortController();
    const calls = Array.from({ length: 40 }, () => engine.run(callOf(returning('1')), signal));
    expect((await Promise.all(calls)).every((end) => end.ok)).toBe(true);
  });

  it('end a call that is running or waiting when the engine is closed, and every later one', async () => {
    const closing = openJsEngine();
    const calls = Array.from({ length: 6 }, () => closing.run(callOf(ENDLESS), NEVER));
    await closing.close();
    const late = closing.run(callOf(returning('1')), NEVER);
    const closed = { ok: false, code: 'js_error', message: 'steps/rank.js cannot run: the engine was closed' };
    expect(await Promise.all([...calls, late])).toEqual(Array.from({ length: 7 }, () => closed));
  });

  it('hold the process while a call runs, and no longer', () => {
    expect(runAlone(CALL, 'again().then((end) => console.log(end.value));')).toBe('2');
  });

  it('hold the process while they are being closed', () => {
    expect(runAlone(CALL, `${work} await again(); work(50); await close(); console.log("closed");`)).toBe('closed');
  });
});
