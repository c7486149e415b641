import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { running } from '../../sandbox/running.ts';
import { call, outcome, returns } from './running.ts';

describe.concurrent('a Python function sees', () => {
  it('no file of the project, of the person or of Reyn', async () => {
    const places = JSON.stringify([process.cwd(), '/root', '/home', '/work', '/etc/shadow']);
    const source = [
      'import os',
      'def seen(path):',
      '    try:',
      '        return os.listdir(path) if os.path.isdir(path) else open(path).read()',
      '    except OSError as error:',
      '        return []',
      `def f(a): return [seen(p) for p in ${places}]`,
    ].join('\n');
    expect(await outcome(call(source))).toEqual([[], [], [], [], []]);
  });

  it('no variable of this process', async () => {
    const given = await outcome(call('import os\ndef f(a): return sorted(os.environ)'));
    const mine = Object.keys(process.env).filter((name) => !['PATH', 'HOME', 'LANG', 'TMPDIR', 'PWD'].includes(name));
    expect(mine.length).toBeGreaterThan(0);
    expect((given as string[]).filter((name) => mine.includes(name) && !name.startsWith('GIT_'))).toEqual([]);
  });

  it('no network, not even what listens on this machine', async () => {
    const heard: string[] = [];
    const server = createServer((socket) => heard.push(socket.remoteAddress ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const source = `import socket\ndef f(a): socket.create_connection(("127.0.0.1", ${port}), 2)`;
      expect(await outcome(call(source))).toMatch(/^python_error: (ConnectionRefused|OS|Permission)Error at steps/);
      expect(heard).toEqual([]);
    } finally {
      server.close();
    }
  });

  it('no place to leave a file for the next call', async () => {
    const source = [
      'import os',
      'def f(a):',
      '    there = os.path.exists("/tmp/left")',
      '    open("/tmp/left", "w").write("x")',
      '    return there',
    ].join('\n');
    expect([await outcome(call(source)), await outcome(call(source))]).toEqual([false, false]);
    expect(await outcome(call('def f(a): open("/usr/left", "w")'))).toMatch(/Read-only file system|Permission denied/);
  });
});

describe.concurrent('a Python function that is over leaves no process', () => {
  const sleeper = (mark: string) => [
    'import subprocess',
    `def start(): subprocess.Popen(["setsid", "sleep", "${mark}"])`,
  ];

  it('when it returned', async () => {
    const mark = `87${process.pid}.1`;
    const source = [...sleeper(mark), 'def f(a):', '    start()', '    return 1'].join('\n');
    expect(await outcome(call(source))).toBe(1);
    expect(running(mark)).toEqual([]);
  });

  it('when its time was up', async () => {
    const mark = `87${process.pid}.2`;
    const source = [...sleeper(mark), 'def f(a):', '    start()', '    while True: pass'].join('\n');
    expect(await outcome(call(source, {}, { seconds: 1.5 }))).toBe(
      'python_timeout: steps/rank.py takes longer than 1.5 s',
    );
    expect(running(mark)).toEqual([]);
  });

  it('when somebody stopped it, which rejects with the reason', async () => {
    const mark = `87${process.pid}.3`;
    const stop = new AbortController();
    const source = [...sleeper(mark), 'def f(a):', '    start()', '    while True: pass'].join('\n');
    const end = call(source, {}, { signal: stop.signal });
    while (running(mark, 'sleep').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('enough'));
    await expect(end).rejects.toThrow('enough');
    expect(running(mark)).toEqual([]);
  });

  it('when it waits for a thread that never ends', async () => {
    const source = [
      'import threading, time',
      'def f(a):',
      '    threading.Thread(target=lambda: time.sleep(1000)).start()',
      '    return "done"',
    ].join('\n');
    expect(await outcome(call(source))).toBe('done');
  });

  it('and does not begin once it was stopped before', async () => {
    await expect(returns('1', {}, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
