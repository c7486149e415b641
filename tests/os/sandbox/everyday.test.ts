import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended, ground, inFolder, out, run, said, sh } from './running.ts';

const ENV = { PATH: '/usr/bin:/bin', HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** A repository with one commit. */
function repository(): { readonly work: string; readonly out: string } {
  const places = ground();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: places.work, env: ENV, stdio: 'ignore' });
  git('init', '-q');
  writeFileSync(join(places.work, 'a.txt'), 'x\n');
  git('add', '.');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-qm', 'first');
  return places;
}

describe('programs of every day', () => {
  it.each([
    ['node', ['node', '-e', 'console.log(6 * 7, os.tmpdir(), os.userInfo().homedir)'], '42 /tmp /tmp/home\n'],
    ['python3', ['python3', '-c', 'import ssl,sqlite3,socket,os;print(6*7,os.path.expanduser("~"))'], '42 /tmp/home\n'],
    ['a pipe of shell programs', ['bash', '-c', 'seq 5 | sort -r | head -n 1'], '5\n'],
    [
      'a subprocess of node',
      ['node', '-e', 'console.log(String(child_process.execFileSync("echo", ["hi"])))'],
      'hi\n\n',
    ],
    [
      'a thread of python',
      ['python3', '-c', 'import threading as t;a=t.Thread(target=print,args=(1,));a.start();a.join()'],
      '1\n',
    ],
    ['a name of the system', ['whoami'], undefined],
    ['the time zone', ['date', '+%Z'], undefined],
    ['mktemp', ['sh', '-c', 'test -w "$(mktemp)" && echo ok'], 'ok\n'],
  ])('run: %s', async (_, argv, expected) => {
    const end = await run(argv);
    expect(ended(end), said(end)).toEqual({ status: 'exited', code: 0 });
    if (expected !== undefined) expect(out(end)).toBe(expected);
  });
});

describe('git', () => {
  it('shows log, status and diff of a repository, also where it can only be read', async () => {
    const { work } = repository();
    writeFileSync(join(work, 'a.txt'), 'y\n');
    for (const kind of ['read', 'write'] as const) {
      expect(out(await run(['git', 'log', '--format=%s %an'], inFolder(work, kind)))).toBe('first Ada\n');
      expect(out(await run(['git', 'status', '--porcelain'], inFolder(work, kind)))).toBe(' M a.txt\n');
      expect(out(await run(['git', 'diff'], inFolder(work, kind)))).toContain('+y');
    }
  });

  it('commits where it may write', async () => {
    const { work } = repository();
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
    const end = await run(['git', ...who, 'commit', '--allow-empty', '-qm', 'second'], inFolder(work));
    expect(ended(end), said(end)).toEqual({ status: 'exited', code: 0 });
  });

  it('starts no program that a repository names', async () => {
    const { work } = repository();
    const pwn = join(work, 'pwn');
    writeFileSync(join(work, '.git', 'config'), `[core]\n\tfsmonitor = touch ${pwn}\n\thooksPath = hooks\n`);
    mkdirSync(join(work, 'hooks'));
    writeFileSync(join(work, 'hooks', 'pre-commit'), `#!/bin/sh\ntouch ${pwn}\n`, { mode: 0o755 });
    await run(['git', 'status'], inFolder(work));
    await run(
      ['git', '-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--allow-empty', '-m', 'x'],
      inFolder(work),
    );
    expect(existsSync(pwn)).toBe(false);
  });

  it('takes no bare repository for the project’s', async () => {
    const { work } = ground();
    execFileSync('git', ['init', '-q', '--bare', '.'], { cwd: work, env: ENV });
    writeFileSync(join(work, 'config'), `[core]\n\tbare = true\n\tfsmonitor = touch ${join(work, 'pwn')}\n`);
    expect(said(await run(['git', 'status'], inFolder(work)))).toMatch(/bare/);
    expect(existsSync(join(work, 'pwn'))).toBe(false);
  });

  it('cannot be told otherwise by variables of the request', async () => {
    const { work } = repository();
    writeFileSync(join(work, 'other'), '[user]\n\tname = other\n');
    const env = { GIT_CONFIG_COUNT: '0', GIT_CONFIG_GLOBAL: join(work, 'other') };
    const end = await sh('git config user.name; git config core.fsmonitor', { ...inFolder(work), env });
    expect(out(end)).toBe('false\n');
  });

  it.each([
    ['log', ['git', 'log', '--output=OUT']],
    ['a pager', ['git', '-c', 'core.pager=touch OUT', '-p', 'log']],
    ['upload-pack', ['git', 'clone', '--upload-pack=touch OUT', 'file://WORK', 'x']],
    ['find', ['find', '.', '-exec', 'touch', 'OUT', ';']],
    ['sed', ['sed', '1e touch OUT', 'a.txt']],
    ['node', ['node', '--require', './evil.js', '-e', '0']],
    ['tar', ['tar', 'cf', '/dev/null', 'a.txt', '--checkpoint=1', '--checkpoint-action=exec=touch OUT']],
  ])('and others that start programs reach nothing outside: %s', async (_, argv) => {
    const { work, out: outside } = repository();
    const pwn = join(outside, 'pwn');
    writeFileSync(join(work, 'evil.js'), `require('fs').writeFileSync(${JSON.stringify(pwn)}, '')`);
    await run(
      argv.map((word) => word.replace('OUT', pwn).replace('WORK', work)),
      inFolder(work),
    );
    expect(existsSync(pwn)).toBe(false);
  });
});
