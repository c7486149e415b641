import { describe, expect, it } from 'vitest';
import type { OpError } from '../../../src/os/op-error.ts';
import { ended, open, out, run, sh } from './running.ts';

const codeOf = (end: Promise<unknown>): Promise<string> =>
  end.then(
    () => 'it ran',
    (error: OpError) => error.code,
  );

describe('a request', () => {
  it.each([
    ['an empty argv', []],
    ['an empty program', ['']],
    ['a NUL', ['echo', 'a\0b']],
    ['a NUL in the program', ['ec\0ho']],
    ['half a surrogate pair', ['echo', '\ud800']],
  ])('with %s is invalid', async (_, argv) => {
    for (const sandbox of [open(), open('none')]) expect(await codeOf(run(argv, { sandbox }))).toBe('invalid');
  });

  it.each([
    ['one argument of 200 KB', ['echo', 'a'.repeat(200_000)]],
    ['5 MB in fifty arguments', ['echo', ...Array.from({ length: 50 }, () => 'a'.repeat(100_000))]],
    ['two hundred thousand arguments', ['echo', ...Array.from({ length: 200_000 }, () => 'a')]],
  ])('with %s is too large', async (_, argv) => {
    expect(await codeOf(run(argv))).toBe('too_large');
  });

  it('takes as much as it says', async () => {
    const argv = ['echo', 'a'.repeat(131_071), ...Array.from({ length: 8 }, () => 'b'.repeat(100_000))];
    expect((await run(argv)).stdout.length).toBe(131_071 + 8 * 100_001 + 1);
  });

  it.each([
    [{ LD_PRELOAD: '/tmp/evil.so' }],
    [{ LD_LIBRARY_PATH: '/tmp' }],
    [{ GLIBC_TUNABLES: 'x' }],
    [{ 'BASH_FUNC_ulimit%%': '() { :; }' }],
    [{ 'a=b': 'c' }],
    [{ '': 'c' }],
    [{ A: 'b\0c' }],
  ])('cannot set the variables %j', async (env) => {
    expect(await codeOf(run(['true'], { env }))).toBe('invalid');
  });

  it.each([['relative'], ['/a/../b'], ['/a/'], ['/a//b'], ['/a\0b']])('has no working folder %j', async (cwd) => {
    expect(await codeOf(run(['true'], { cwd }))).toBe('invalid');
  });

  it.each([['/'], ['/proc'], ['/proc/sys'], ['/dev'], ['/sys/fs']])('mounts nothing at %s', async (at) => {
    expect(await codeOf(run(['true'], { mounts: [{ kind: 'read', from: '/tmp', at }] }))).toBe('invalid');
  });

  it.each([[0], [-1], [Number.NaN], [Number.POSITIVE_INFINITY]])('has no limit of %d', async (wallMs) => {
    expect(await codeOf(run(['true'], { limits: { wallMs } }))).toBe('invalid');
  });

  it('may have a deadline further away than a timer reaches', async () => {
    expect(ended(await run(['true'], { limits: { wallMs: 1e12 } }))).toEqual({ status: 'exited', code: 0 });
  });

  it('is told when the sandbox cannot be set up', async () => {
    const absent = { mounts: [{ kind: 'read', from: '/nowhere/at/all', at: '/here' } as const] };
    expect(await codeOf(run(['true'], absent))).toBe('sandbox');
    await expect(run(['true'], { cwd: '/nowhere' })).rejects.toThrow('/nowhere');
  });

  it('is told of a program there is not', async () => {
    expect(await codeOf(run(['no-such-program']))).toBe('not_found');
    expect(ended(await run(['./no-such-program']))).toEqual({ status: 'exited', code: 127 });
  });
});

describe('arguments', () => {
  it('are never read by a shell', async () => {
    const words = [
      'a; touch /tmp/pwn',
      '$(touch /tmp/pwn)',
      '`touch /tmp/pwn`',
      '|',
      '&&',
      '-n',
      '"',
      "'",
      '\\',
      '',
      '\n',
      'é🎉',
    ];
    expect(out(await run(['printf', '%s\\0', ...words]))).toBe(words.map((word) => `${word}\0`).join(''));
  });

  it('are the program’s own, also those that look like options', async () => {
    expect(out(await sh('echo "$1 $2"', {}, '--ro-bind', '--'))).toBe('--ro-bind --\n');
  });
});
