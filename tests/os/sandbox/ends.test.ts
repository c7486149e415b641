import { describe, expect, it } from 'vitest';
import { ended, nap, out, run, running, sh } from './running.ts';

describe('the end of a program', () => {
  it('is its exit code', async () => {
    expect(ended(await sh('exit 3'))).toEqual({ status: 'exited', code: 3 });
    expect(ended(await run(['true']))).toEqual({ status: 'exited', code: 0 });
  });

  it('is the signal that ended it', async () => {
    expect(ended(await sh('kill -SEGV $$'))).toEqual({ status: 'signalled', signal: 'SIGSEGV' });
  });

  it('keeps what it wrote, on either output', async () => {
    const end = await sh('printf "a\\0b"; printf c >&2');
    expect([...end.stdout]).toEqual([97, 0, 98]);
    expect(end.stderr.toString()).toBe('c');
  });

  it('takes what is given on standard input, also when nobody reads it', async () => {
    expect(out(await run(['cat'], { stdin: 'hello' }))).toBe('hello');
    const bytes = new Uint8Array(2 ** 18).fill(120);
    expect(out(await run(['wc', '-c'], { stdin: bytes })).trim()).toBe(String(2 ** 18));
    expect(ended(await run(['true'], { stdin: bytes }))).toEqual({ status: 'exited', code: 0 });
  });

  it('comes at once for a program that reads from nobody', async () => {
    expect(ended(await run(['cat']))).toEqual({ status: 'exited', code: 0 });
  });
});

describe('a program that goes on', () => {
  it('is stopped at the deadline, with what it wrote, whatever it ignores', async () => {
    const time = nap();
    const end = await sh(`trap '' TERM INT HUP; echo begun; while :; do sleep ${time}; done`, {
      limits: { wallMs: 300 },
    });
    expect(ended(end)).toEqual({ status: 'stopped', why: 'time' });
    expect(out(end)).toBe('begun\n');
    expect(running(time)).toEqual([]);
  });

  it.each([
    ['in the background, holding the output', 'sleep NAP & sleep NAP & wait'],
    ['in a session of its own', 'setsid sleep NAP & sleep NAP'],
    ['forked twice, its parent gone', '(setsid sh -c "sleep NAP & sleep NAP" &) ; sleep NAP'],
    ['with its outputs closed', 'setsid sleep NAP >/dev/null 2>&1 </dev/null & sleep NAP'],
    ['under nohup', 'nohup sleep NAP >/dev/null 2>&1 & sleep NAP'],
  ])('leaves nothing of itself at the deadline: %s', async (_, script) => {
    const time = nap();
    const end = await sh(script.replaceAll('NAP', time), { limits: { wallMs: 300 } });
    expect(ended(end)).toEqual({ status: 'stopped', why: 'time' });
    expect(running(time)).toEqual([]);
  });

  it.each([
    ['holding the output', 'sleep NAP & exit 4'],
    ['in a session of its own', 'setsid sleep NAP >/dev/null 2>&1 </dev/null & exit 4'],
    ['forked twice', '(setsid sh -c "sleep NAP & sleep NAP" &) ; exit 4'],
  ])('leaves nothing of itself when the program ends by itself: %s', async (_, script) => {
    const time = nap();
    expect(ended(await sh(script.replaceAll('NAP', time)))).toEqual({ status: 'exited', code: 4 });
    expect(running(time)).toEqual([]);
  });

  it('is stopped when it writes more than is kept, on either output', async () => {
    for (const script of ['yes', 'yes >&2']) {
      const end = await sh(script, { limits: { outputBytes: 1000 } });
      expect(ended(end)).toEqual({ status: 'stopped', why: 'output' });
      expect(end.stdout.length + end.stderr.length).toBe(1000);
    }
  });

  it('may write exactly what is kept', async () => {
    const end = await sh('head -c 1000 /dev/zero', { limits: { outputBytes: 1000 } });
    expect(ended(end)).toEqual({ status: 'exited', code: 0 });
    expect(end.stdout.length).toBe(1000);
  });
});

describe('an abort', () => {
  it('ends the whole tree', async () => {
    const [time, stop] = [nap(), new AbortController()];
    const end = run(['sh', '-c', `setsid sleep ${time} & sleep ${time}`], { signal: stop.signal });
    while (running(time).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(ended(await end)).toEqual({ status: 'stopped', why: 'aborted' });
    expect(running(time)).toEqual([]);
  });

  it('keeps a program from beginning when it comes before', async () => {
    const time = nap();
    const end = await run(['sleep', time], { signal: AbortSignal.abort() });
    expect(end).toMatchObject({ status: 'stopped', why: 'aborted', ms: 0 });
  });

  it('leaves nothing at whatever moment of the start it comes', async () => {
    const time = nap();
    const moments = Array.from({ length: 24 }, (_, i) => i / 2);
    const ends = moments.map(async (ms) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), ms);
      return ended(await run(['sleep', time], { signal: stop.signal }));
    });
    expect(new Set((await Promise.all(ends)).map((end) => JSON.stringify(end)))).toEqual(
      new Set([JSON.stringify({ status: 'stopped', why: 'aborted' })]),
    );
    expect(running(time)).toEqual([]); // bubblewrap itself bears the arguments as well
  });
});

describe('many programs at once', () => {
  it('are eight at most, and all have their turn', async () => {
    const time = `0.05${process.pid}`;
    let most = 0;
    const count = setInterval(() => {
      most = Math.max(most, running(time, '/usr/bin/sleep').length);
    }, 2);
    const ends = await Promise.all(Array.from({ length: 30 }, () => run(['sleep', time])));
    clearInterval(count);
    expect(ends.every((end) => end.status === 'exited' && end.code === 0)).toBe(true);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('can be aborted while they wait, and their places stay free', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const long = Array.from({ length: 8 }, () => run(['sleep', nap()], { signal: first.signal }));
    const waiting = Array.from({ length: 5 }, () => run(['true'], { signal: second.signal }));
    const last = run(['true']);
    second.abort();
    expect((await Promise.all(waiting)).map(ended)).toEqual(waiting.map(() => ({ status: 'stopped', why: 'aborted' })));
    first.abort();
    await Promise.all(long);
    expect(ended(await last)).toEqual({ status: 'exited', code: 0 });
  });
});
