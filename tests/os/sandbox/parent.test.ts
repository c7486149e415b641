import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nap, running, SCRIPT } from './running.ts';

/** Starts a Reyn that runs a program which sleeps in two sessions. */
function start(time: string, how: { detached?: boolean } = {}): ChildProcess {
  const script = `setsid sleep ${time} & sleep ${time}`;
  return spawn(process.execPath, [SCRIPT, 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'], ...how });
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(5);
};

describe('when Reyn itself', () => {
  it('is killed, nothing of the program is left', async () => {
    const time = nap();
    const reyn = start(time);
    await until(() => running(time, 'sleep').length === 2);
    reyn.kill('SIGKILL');
    await until(() => running(time).length === 0);
  });

  it('is killed while a program starts, at whatever moment, nothing is left', async () => {
    const time = nap();
    const kills = Array.from({ length: 6 }, async (_, i) => {
      const reyn = spawn(process.execPath, [SCRIPT, 'sleep', time], { stdio: 'ignore' });
      while (!hasChild(reyn)) await sleep(1);
      await sleep(2 * i);
      reyn.kill('SIGKILL');
      await once(reyn, 'exit');
    });
    await Promise.all(kills);
    await until(() => running(time).length === 0);
  });

  it('is interrupted at the terminal, the program does not hear of it, and the abort ends it', async () => {
    const time = nap();
    const reyn = start(time, { detached: true }); // a process group of its own, as a terminal has for what it runs
    let said = '';
    reyn.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    await until(() => running(time, 'sleep').length === 2);
    process.kill(-(reyn.pid ?? 0), 'SIGINT');
    await once(reyn, 'close');
    expect(said).toBe('stopped aborted\n');
    expect(running(time)).toEqual([]);
  });

  it('has run a program, it ends at once', () => {
    const began = performance.now();
    const { stdout } = spawnSync(process.execPath, [SCRIPT, 'echo', 'hello'], { encoding: 'utf8' });
    expect(stdout).toBe('hello\nexited \n');
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});

/** Whether it has started the sandbox. */
function hasChild({ pid }: ChildProcess): boolean {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '';
}
