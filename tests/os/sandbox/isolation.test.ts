import { type StdioOptions, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../src/os/sandbox/probe-ears.ts';
import { ended, ground, inFolder, out, run, SCRIPT, said, sh } from './running.ts';

const python = (script: string, more = {}) => run(['python3', '-c', script], more);

describe('the network', () => {
  it('is not there: neither TCP nor UDP reaches this machine', async () => {
    const ears = await listen();
    onTestFinished(() => ears.close());
    const tcp = await run(['bash', '-c', `exec 9<>/dev/tcp/127.0.0.1/${ears.tcp}`]);
    expect(ended(tcp)).toEqual({ status: 'exited', code: 1 });
    await python(`import socket;socket.socket(2,2).sendto(b'x',('127.0.0.1',${ears.udp}))`);
    expect(ears.heard()).toBe(false);
  });

  it('has no interface but its own loopback', async () => {
    expect(
      out(await run(['cat', '/proc/net/dev']))
        .match(/^ *\w+:/gm)
        ?.map((name) => name.trim()),
    ).toEqual(['lo:']);
  });

  it('is not there by a socket file that somebody listens on', async () => {
    const { work } = ground();
    const path = join(work, 'socket');
    let heard = false;
    const server = createServer((socket) => {
      heard = true;
      socket.destroy();
    }).listen(path);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const connect = `import socket;s=socket.socket(socket.AF_UNIX);s.connect(${JSON.stringify(path)})`;
    for (const kind of ['read', 'write'] as const) {
      expect(said(await python(connect, inFolder(work, kind)))).toContain('PermissionError');
    }
    expect(heard).toBe(false);
  });

  it.each([
    ['AF_NETLINK', 16],
    ['AF_VSOCK', 40],
    ['AF_PACKET', 17],
    ['AF_ALG', 38],
    ['AF_BLUETOOTH', 31],
  ])('has no socket of the family %s', async (_, family) => {
    expect(said(await python(`import socket;socket.socket(${family},3)`))).toContain('PermissionError');
  });

  it('remains between processes of the program', async () => {
    const script = `import socket
a,b=socket.socketpair();a.send(b'x');print(b.recv(1))
s=socket.socket();s.bind(('127.0.0.1',0));s.listen();c=socket.create_connection(s.getsockname());print('ok')`;
    expect(out(await python(script))).toBe("b'x'\nok\n");
    const { port } = createServer().listen(0).address() as AddressInfo;
    expect(port).toBeGreaterThan(0);
  });
});

describe('other processes', () => {
  it('are not seen, nor their variables, whatever is read below /proc', async () => {
    process.env.REYN_TEST_CANARY = 'canary-in-the-environment';
    onTestFinished(() => {
      delete process.env.REYN_TEST_CANARY;
    });
    const end = await sh('cat /proc/$PPID/environ /proc/[0-9]*/environ /proc/[0-9]*/cmdline');
    const names = Object.keys(process.env).filter((name) => !/^(PATH|HOME|LANG|PWD|TMPDIR|GIT_\w+|_)$/.test(name));
    expect(names.filter((name) => said(end).includes(`${name}=`))).toEqual([]);
    expect(Number(out(await sh('ls -d /proc/[0-9]* | wc -l')))).toBeLessThan(8);
  });

  it('cannot be signalled', async () => {
    const { pid } = process;
    await sh(`kill -9 ${pid}; kill -9 -1; kill -9 -${pid}`);
    expect(process.pid).toBe(pid);
  });

  it('do not show what they mount: options of the sandbox stand on no command line', async () => {
    const { work } = ground();
    const end = await sh('tr "\\0" " " </proc/1/cmdline', { ...inFolder(work), env: { TOKEN: 'a-secret-of-the-run' } });
    expect(out(end)).not.toContain('a-secret-of-the-run');
    expect(out(end)).not.toContain('--ro-bind');
  });
});

describe('descriptors of Reyn', () => {
  it('are not inherited, also those that whoever started it left open', async () => {
    const { work, out: outside } = ground();
    const secret = join(outside, 'secret');
    writeFileSync(secret, 'canary');
    // Node closes the first ones it inherits in its children, and not those beyond a gap
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...Array<'ignore'>(37).fill('ignore')];
    stdio.push(openSync(secret, 'r'), openSync(outside, 'r'));
    const { stdout } = spawnSync(process.execPath, [SCRIPT, 'sh', '-c', 'ls -l /proc/self/fd'], {
      cwd: work,
      stdio,
      encoding: 'utf8',
    });
    expect(stdout).toContain('40 -> /dev/null');
    expect(stdout).not.toContain(outside);
  });
});

describe('privileges', () => {
  it('are none, and cannot be gained', async () => {
    const status = out(await run(['cat', '/proc/self/status']));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(`${set}:\t0000000000000000`);
    expect(status).toContain('NoNewPrivs:\t1');
    expect(status).toContain('Seccomp:\t2');
  });

  it.each([
    ['a user namespace', ['unshare', '-r', 'true']],
    ['a mount', ['mount', '-t', 'tmpfs', 'x', '/tmp']],
    ['an unmount', ['umount', '/tmp']],
    [
      'a trace of another process',
      ['python3', '-c', 'import ctypes;l=ctypes.CDLL(None,use_errno=True);exit(l.ptrace(0,0,0,0)!=0)'],
    ],
    ['the clock', ['date', '-s', '2001-01-01']],
    ['the name of the machine', ['hostname', 'other']],
    ['a change of root', ['chroot', '/tmp', '/bin/true']],
  ])('do not reach as far as %s', async (_, argv) => {
    expect(ended(await run(argv))).toEqual({ status: 'exited', code: expect.toSatisfy((code: number) => code !== 0) });
  });

  it('do not reach a terminal, nor its input', async () => {
    const script = `import fcntl,termios,os
m,s=os.openpty()
try: fcntl.ioctl(s,termios.TIOCSTI,b'x')
except PermissionError: print('refused')`;
    expect(out(await python(script))).toBe('refused\n');
    expect(ended(await sh(': </dev/tty'))).not.toEqual({ status: 'exited', code: 0 });
  });

  it('do not make a file that gives others the operator’s id', async () => {
    const { work } = ground();
    const script = `import os
try: os.open('made',os.O_CREAT|os.O_WRONLY,0o4755)
except PermissionError: print('refused')
os.close(os.open('plain',os.O_CREAT|os.O_WRONLY,0o755))
for bits in (0o4755,0o2755):
  try: os.chmod('plain',bits)
  except PermissionError: print('refused')`;
    expect(out(await python(script, inFolder(work)))).toBe('refused\nrefused\nrefused\n');
    expect(statSync(join(work, 'plain')).mode & 0o6000).toBe(0);
  });
});

describe('files of the machine', () => {
  it('are those of the system and nothing else', async () => {
    const shown = out(await run(['ls', '/']))
      .trim()
      .split('\n');
    expect(shown.filter((name) => !/^(bin|dev|etc|lib\d*|libx32|proc|sbin|tmp|usr)$/.test(name))).toEqual([]);
  });

  it.each([['/etc/shadow'], ['/etc/ssh'], ['/etc/ssl/private'], ['/root'], ['/home'], ['/var'], ['/run'], ['/sys']])(
    'leave out %s',
    async (path) => {
      expect(ended(await run(['test', '-e', path]))).toEqual({ status: 'exited', code: 1 });
    },
  );

  it('cannot be changed, not even those the kernel shows', async () => {
    const places = [
      '/x',
      '/etc/x',
      '/etc/passwd',
      '/usr/x',
      '/usr/bin/env',
      '/dev/x',
      '/proc/sys/kernel/core_pattern',
      '/proc/self/oom_score_adj',
    ];
    const end = await sh(
      'for place in "$@"; do (: >>"$place") 2>/dev/null && echo "$place"; done; true',
      {},
      ...places,
    );
    expect(out(end)).toBe('');
  });

  it('do not tell who uses the machine', async () => {
    const end = await sh('cat /etc/passwd /etc/group /etc/hosts; hostname');
    const own = readFileSync('/etc/hostname', 'utf8').trim();
    expect(
      said(end)
        .split('\n')
        .filter((line) => line !== '').length,
    ).toBeLessThan(12);
    expect(said(end)).not.toContain(own);
  });

  it('outside the mounts are neither read, nor changed, nor touched', async () => {
    const { work, out: outside } = ground();
    const secret = join(outside, 'secret');
    writeFileSync(secret, 'canary');
    const before = statSync(secret);
    const act =
      'cat "$1"; echo x >"$1"; chmod 777 "$1"; touch -d 2001-01-01 "$1"; ln -s "$1" link; cat link; touch "$1.new"';
    const end = await sh(act, inFolder(work), secret);
    expect(said(end)).not.toContain('canary');
    expect(statSync(secret)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs, size: before.size });
    expect(ended(await run(['ls', outside], inFolder(work)))).toEqual({ status: 'exited', code: 2 });
  });

  it('are not the person’s: the home is empty and in memory', async () => {
    const { out: outside } = ground();
    mkdirSync(join(outside, '.ssh'));
    const end = await sh('cat $HOME/.ssh/id_rsa $HOME/.netrc; ls -A $HOME; echo x >$HOME/x && echo $HOME', {
      env: { HOME: outside },
    });
    expect(out(end)).toBe('/tmp/home\n');
  });
});
