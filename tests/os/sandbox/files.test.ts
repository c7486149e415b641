import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../src/os/sandbox/port.ts';
import { ended, ground, inFolder, out, run, said, sh } from './running.ts';

describe('a mount', () => {
  it('to read can be read and not written', async () => {
    const { work } = ground();
    writeFileSync(join(work, 'a'), 'as it was');
    const end = await sh('cat a; echo x >a; echo x >b; rm a; mv a c; chmod 777 a; mkdir d', inFolder(work, 'read'));
    expect(out(end)).toBe('as it was');
    expect(readdirSync(work)).toEqual(['a']);
    expect(readFileSync(join(work, 'a'), 'utf8')).toBe('as it was');
  });

  it('to write can be written', async () => {
    const { work } = ground();
    await sh('mkdir d && echo x >d/a', inFolder(work));
    expect(readFileSync(join(work, 'd', 'a'), 'utf8')).toBe('x\n');
  });

  it('shows a folder at another place, and a single file', async () => {
    const { work, out: outside } = ground();
    writeFileSync(join(work, 'a'), 'in the folder');
    writeFileSync(join(outside, 'b'), 'alone');
    const mounts: Mount[] = [
      { kind: 'write', from: work, at: '/project/here' },
      { kind: 'read', from: join(outside, 'b'), at: '/project/here/b' },
    ];
    const end = await sh('pwd; cat a b; ls; echo x >b; echo y >c', { cwd: '/project/here', mounts });
    expect(out(end)).toBe('/project/here\nin the folderalonea\nb\n');
    expect(readFileSync(join(outside, 'b'), 'utf8')).toBe('alone');
    expect(readFileSync(join(work, 'c'), 'utf8')).toBe('y\n');
  });

  it('covers what was mounted before it', async () => {
    const { work } = ground();
    mkdirSync(join(work, 'd'));
    const read: Mount = { kind: 'read', from: join(work, 'd'), at: join(work, 'd') };
    await sh('echo x >d/a; echo x >a', inFolder(work, 'write', read));
    expect([...readdirSync(work), ...readdirSync(join(work, 'd'))]).toEqual(['a', 'd']);
  });

  it('in memory is empty, takes what it is given, and keeps nothing', async () => {
    const { work } = ground();
    writeFileSync(join(work, 'a'), 'x');
    const scratch: Mount = { kind: 'scratch', at: work };
    const end = await sh('ls -A; echo y >b && cat b', { cwd: work, mounts: [...inFolder(work).mounts, scratch] });
    expect(out(end)).toBe('y\n');
    expect(readdirSync(work)).toEqual(['a']);
  });
});

describe('what is hidden', () => {
  const hidden = (work: string) =>
    inFolder(
      work,
      'write',
      { kind: 'hide-folder', at: join(work, '.reyn') },
      { kind: 'hide-file', at: join(work, '.env') },
    );

  it('looks empty and cannot be written, renamed or replaced', async () => {
    const { work } = ground();
    mkdirSync(join(work, '.reyn'));
    writeFileSync(join(work, '.reyn', 'log'), 'canary');
    writeFileSync(join(work, '.env'), 'canary');
    const act =
      'ls -A .reyn; cat .env; mv .reyn r2 && mkdir .reyn; rm -rf .reyn; echo x >.reyn/log; echo x >.env; mv .env e2; rm -f .env; ls -A';
    const end = await sh(act, hidden(work));
    expect(said(end)).not.toContain('canary');
    expect(out(end)).toBe('.env\n.reyn\n');
    expect(readFileSync(join(work, '.reyn', 'log'), 'utf8')).toBe('canary');
    expect(readFileSync(join(work, '.env'), 'utf8')).toBe('canary');
  });

  it('cannot be made when it is not there, and is not there afterwards', async () => {
    const { work } = ground();
    const end = await sh('mkdir -p .reyn/x; echo x >.reyn/log; echo x >.env; cat .env; true', hidden(work));
    expect(ended(end)).toEqual({ status: 'exited', code: 0 });
    expect(readdirSync(work)).toEqual([]);
  });

  it('is nothing in a folder that can only be read and does not have it', async () => {
    const { work } = ground();
    const { mounts } = hidden(work);
    const end = await sh('ls -A', { cwd: work, mounts: [{ kind: 'read', from: work, at: work }, ...mounts.slice(1)] });
    expect(out(end)).toBe('');
  });

  it('is nothing below what is hidden already, and something below a folder in memory', async () => {
    const { work } = ground();
    mkdirSync(join(work, '.reyn'));
    const mounts: Mount[] = [
      ...hidden(work).mounts,
      { kind: 'hide-folder', at: join(work, '.reyn', 'runs') },
      { kind: 'scratch', at: '/memory' },
      { kind: 'hide-folder', at: '/memory/a' },
      { kind: 'hide-file', at: '/memory/b' },
      { kind: 'hide-file', at: '/nowhere/at/all' },
    ];
    const end = await sh('ls -A .reyn; echo x >/memory/a/x; echo x >/memory/b; ls /memory; ls /nowhere', {
      cwd: work,
      mounts,
    });
    expect(out(end)).toBe('a\nb\n');
  });

  it('may be a folder or a file of the system', async () => {
    const mounts: Mount[] = [
      { kind: 'hide-folder', at: '/usr/share/zoneinfo' },
      { kind: 'hide-file', at: '/usr/lib/os-release' },
    ];
    expect(said(await sh('ls /usr/share/zoneinfo; cat /etc/os-release', { mounts }))).toBe('');
  });

  it('is covered as what it is, whatever it was called', async () => {
    const { work } = ground();
    mkdirSync(join(work, '.env'));
    writeFileSync(join(work, '.reyn'), 'canary');
    const end = await sh('ls -A .env; cat .reyn; echo ok', hidden(work));
    expect(said(end)).toBe('ok\n');
  });

  it('cannot be a link, which could be replaced', async () => {
    const { work, out: outside } = ground();
    symlinkSync(outside, join(work, '.reyn'));
    await expect(run(['true'], hidden(work))).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('link'),
    });
    expect(existsSync(join(outside, '.reyn'))).toBe(false);
  });

  it('may be many', async () => {
    const { work } = ground();
    const names = Array.from({ length: 60 }, (_, i) => join(work, `secret-${i}`));
    for (const name of names) writeFileSync(name, 'canary');
    const hides = names.map((at): Mount => ({ kind: 'hide-file', at }));
    const end = await sh('cat secret-*; echo ok', inFolder(work, 'write', ...hides));
    expect(said(end)).toBe('ok\n');
  });
});
