import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ended, ground, inFolder, nap, open, out, run, running, said, sh } from './running.ts';

const sandbox = open('none');

describe('the setting none', () => {
  it('says what it is', () => {
    expect(sandbox.backend).toBe('none');
  });

  it('has an environment, a home and a temporary folder of its own, which are gone afterwards', async () => {
    process.env.REYN_TEST_CANARY = 'canary';
    onTestFinished(() => {
      delete process.env.REYN_TEST_CANARY;
    });
    const end = await sh('env; echo x >$HOME/x; echo y >$TMPDIR/y; echo "at $HOME"', { sandbox, env: { A: 'b' } });
    expect(said(end)).not.toContain('canary');
    expect(out(end)).toContain('A=b\n');
    const home = /^at (.*)$/m.exec(out(end))?.[1] ?? '';
    expect(home.startsWith(tmpdir())).toBe(true);
    expect(existsSync(home)).toBe(false);
  });

  it('works where the working folder really is', async () => {
    const { work } = ground();
    const mounts = [{ kind: 'write', from: work, at: '/project' } as const];
    await sh('mkdir -p d; echo x >a', { sandbox, cwd: '/project', mounts });
    expect(readdirSync(work)).toEqual(['a', 'd']);
  });

  it.each([
    ['holding the output', 'sleep NAP & sleep NAP'],
    ['in a session of its own', 'setsid sleep NAP >/dev/null 2>&1 & sleep NAP'],
    ['forked twice, deaf to signals', '(setsid sh -c \'trap "" TERM HUP; sleep NAP & sleep NAP\' &); sleep NAP'],
  ])('leaves nothing at the deadline: %s', async (_, script) => {
    const time = nap();
    const end = await sh(script.replaceAll('NAP', time), { sandbox, limits: { wallMs: 300 } });
    expect(ended(end)).toEqual({ status: 'stopped', why: 'time' });
    expect(running(time)).toEqual([]);
  });

  it('leaves nothing when the program ends by itself', async () => {
    const time = nap();
    const end = await sh(`setsid sleep ${time} >/dev/null 2>&1 & exit 4`, { sandbox });
    expect(ended(end)).toEqual({ status: 'exited', code: 4 });
    expect(running(time)).toEqual([]);
  });

  it('settles soon after the deadline when something that got away holds the output', async () => {
    const time = nap();
    const away = `env -i setsid setsid sleep ${time} & exec sleep ${time}`;
    const end = await sh(away, { sandbox, limits: { wallMs: 300 } });
    onTestFinished(() => {
      for (const pid of running(time)) process.kill(Number(pid), 'SIGKILL');
    });
    expect(ended(end)).toEqual({ status: 'stopped', why: 'time' });
    expect(end.ms).toBeLessThan(5_000);
  });

  it('bounds output, memory and files, and ends by an abort', async () => {
    const { work } = ground();
    expect(ended(await run(['yes'], { sandbox, limits: { outputBytes: 100 } }))).toEqual({
      status: 'stopped',
      why: 'output',
    });
    const hog = ['python3', '-c', 'x=bytearray(8*10**9)'];
    expect(said(await run(hog, { sandbox, limits: { memoryBytes: 2 ** 29 } }))).toContain('MemoryError');
    const big = await sh('head -c 3000000 /dev/zero >big; wc -c <big', {
      ...inFolder(work),
      sandbox,
      limits: { fileBytes: 2 ** 20 },
    });
    expect(out(big).trim()).toBe(String(2 ** 20));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(ended(await run(['sleep', nap()], { sandbox, signal: stop.signal }))).toEqual({
      status: 'stopped',
      why: 'aborted',
    });
  });

  it('tells the signal that ended a program, and of a folder there is not', async () => {
    expect(ended(await sh('kill -SEGV $$', { sandbox }))).toEqual({ status: 'signalled', signal: 'SIGSEGV' });
    writeFileSync(join(ground().work, 'a'), '');
    await expect(run(['true'], { sandbox, cwd: '/nowhere' })).rejects.toMatchObject({ code: 'sandbox' });
  });
});
