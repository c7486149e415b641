import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { makeControlGroup } from '../../../src/os/sandbox/control-group.ts';
import { behindShell } from '../../../src/os/sandbox/shell.ts';
import { ended, ground, inFolder, LIMITS, nap, out, run, running, SCRIPT, said, sh } from './running.ts';

const MB = 1024 ** 2;

describe('a program', () => {
  it('gets no more memory than is allowed', async () => {
    const hog = ['python3', '-c', 'x=bytearray(8*10**9)'];
    const end = await run(hog, { limits: { memoryBytes: 512 * MB } });
    expect(ended(end)).toEqual({ status: 'exited', code: 1 });
    expect(said(end)).toContain('MemoryError');
  });

  it('gets no more shared memory either', async () => {
    const hog = ['python3', '-c', 'import mmap;mmap.mmap(-1,8*10**9)'];
    expect(said(await run(hog, { limits: { memoryBytes: 512 * MB } }))).toContain('Cannot allocate memory');
  });

  it('gets no more processor time than is allowed', async () => {
    const end = await sh('while :; do :; done', { limits: { cpuSeconds: 1 } });
    expect(end.status === 'signalled' && /^SIG(XCPU|KILL)$/.test(end.signal)).toBe(true);
  });

  it('writes no file larger than is allowed', async () => {
    const { work } = ground();
    const end = await sh('head -c 5000000 /dev/zero >big', { ...inFolder(work), limits: { fileBytes: MB } });
    expect(ended(end)).not.toEqual({ status: 'exited', code: 0 });
    expect(statSync(join(work, 'big')).size).toBe(MB);
  });

  it.each([['/tmp'], ['/dev/shm']])('fills no more of %s than of memory', async (place) => {
    const fill = 'for i in 1 2 3 4 5 6; do head -c 20000000 /dev/zero >$1/$i; done; du -sb $1 | cut -f 1';
    const end = await sh(fill, { limits: { memoryBytes: 64 * MB, fileBytes: 32 * MB } }, place);
    expect(Number(out(end))).toBeLessThan(65 * MB);
  });

  it('leaves no core behind', async () => {
    const { work } = ground();
    await sh('kill -ABRT $$', inFolder(work));
    expect(out(await sh('ls -A; ulimit -c', inFolder(work)))).toBe('0\n');
  });

  it('sees its limits in force', async () => {
    const limits = { cpuSeconds: 7, memoryBytes: 300 * MB, fileBytes: 3 * MB };
    const shown = out(await run(['cat', '/proc/self/limits'], { limits }));
    expect(shown).toMatch(/Max cpu time +7 +7 /);
    expect(shown).toMatch(new RegExp(`Max address space +${300 * MB} +${300 * MB} `));
    expect(shown).toMatch(new RegExp(`Max file size +${3 * MB} +${3 * MB} `));
    expect(shown).toMatch(/Max open files +1024 +1024 /);
  });
});

describe('how many processes a program may be', () => {
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: 65534, gid: 65534 } : {};
  const canRun = spawnSync(process.execPath, [SCRIPT, 'true'], { cwd: '/', ...nobody }).status === 0;

  it.skipIf(!canRun)('is held by the kernel for everybody but root', () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2 & done; wait; echo done';
    const env = { ...process.env, PROCESSES: '6' };
    const { stdout } = spawnSync(process.execPath, [SCRIPT, 'sh', '-c', script], {
      cwd: '/',
      encoding: 'utf8',
      env,
      ...nobody,
    });
    expect(stdout).toMatch(/fork/i);
  });
});

const hasGroups = makeControlGroup(LIMITS);
hasGroups?.remove();

describe.skipIf(hasGroups === undefined)('where control groups can be had', () => {
  it('bounds processes of root as well', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2 & done; wait; echo done';
    expect(said(await sh(script, { limits: { processes: 6 } }))).toMatch(/fork/i);
    expect(said(await sh(script, { limits: { processes: 20 } }))).toBe('done\n');
  });

  it('survives a fork bomb, and nothing of it is left', async () => {
    const time = nap();
    const bomb = `:(){ :|: & sleep ${time}; }; :`;
    const end = await run(['bash', '-c', bomb], { limits: { wallMs: 500, processes: 32 } });
    expect(end.status).toMatch(/stopped|exited/);
    expect(running(time)).toEqual([]);
  });

  it('bounds the memory of all processes together', async () => {
    // each keeps what it got until the program ends; whom the kernel ends, it may end after their word, so the living count
    const hogs = `import os,signal,time
pids=[]; pipes=[]
for i in range(4):
  r,w=os.pipe()
  pid=os.fork()
  if pid==0:
    x=b'x'*(150*10**6); os.write(w,b'x'); signal.pause()
  os.close(w); pipes.append(r); pids.append(pid)
for r in pipes: os.read(r,1)
time.sleep(.3)
print(sum(os.waitpid(p,os.WNOHANG)==(0,0) for p in pids))`;
    expect(out(await run(['python3', '-c', hogs], { limits: { memoryBytes: 400 * MB } }))).toMatch(/^[0-3]\n$/);
    expect(out(await run(['python3', '-c', hogs], { limits: { memoryBytes: 900 * MB } }))).toBe('4\n');
  });

  it('removes the groups afterwards, also those of a Reyn that was killed', async () => {
    await Promise.all([run(['true']), run(['true'])]);
    const left = () =>
      groupFolders()
        .flatMap((folder) => readdirSync(folder))
        .filter((name) => name.startsWith(`reyn-${process.pid}-`));
    await vi.waitFor(() => expect(left()).toEqual([]));
    const [dead] = groupFolders().map((folder) => join(folder, 'reyn-4194305-x'));
    if (dead !== undefined) mkdirSync(dead);
    spawnSync(process.execPath, [SCRIPT, 'true']);
    expect(dead !== undefined && existsSync(dead)).toBe(false);
  });
});

/** Where groups are made, for the processes of this machine. */
function groupFolders(): readonly string[] {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const at = (controller: string) => lines.find((line) => line.split(':')[1] === controller)?.split(':')[2];
  const folders = ['pids', 'memory'].map((name) => join('/sys/fs/cgroup', name, at(name) ?? '/'));
  return [...folders, '/sys/fs/cgroup'].filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

describe('when memory runs out', () => {
  it('the kernel takes a program of the sandbox before any other', async () => {
    expect(out(await run(['cat', '/proc/self/oom_score_adj']))).toBe('1000\n');
  });
});

describe('the shell that sets limits', () => {
  it.each([['dash'], ['bash']])('knows how in %s', async (shell) => {
    const [, ...args] = behindShell(['cat', '/proc/self/limits'], LIMITS, 50);
    const child = spawn(`/bin/${shell}`, args, { argv0: 'sh', stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    (child.stdio[3] as Writable).write('go\n');
    const [stdout, stderr] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Max processes +50 +50 /);
    expect(stdout).toMatch(new RegExp(`Max file size +${LIMITS.fileBytes} `));
    expect(stdout).toMatch(new RegExp(`Max address space +${LIMITS.memoryBytes} `));
  });

  it('does not begin the program when nobody lets it go', async () => {
    const [, ...args] = behindShell(['echo', 'begun'], LIMITS, undefined);
    const child = spawn('/bin/sh', args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    (child.stdio[3] as Writable).end();
    expect(await text(child.stdout as Readable)).toBe('');
  });
});
