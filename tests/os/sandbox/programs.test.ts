import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTool, resolveProgram } from '../../../src/os/sandbox/programs.ts';
import { ended, freshDir, inFolder, open, out, run, said } from './running.ts';

/** A program that says which it is. */
function program(folder: string, name: string, says: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho ${says}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a bare name', () => {
  it('is the program of the system, whatever PATH says', () => {
    const dir = freshDir();
    program(dir, 'git', 'HIJACK');
    const env = { PATH: `.:${dir}:/usr/bin`, HOME: '/root' };
    expect(resolveProgram('git', { env, root: dir })).toBe('/usr/bin/git');
    expect(resolveProgram('git')).toBe('/usr/bin/git');
    expect(resolveProgram('sh')).toBe('/usr/bin/sh');
  });

  it.each([[''], ['.'], ['..'], ['./git'], ['/usr/bin/git'], ['a\0b'], ['no-such-program']])('is not %j', (name) => {
    expect(resolveProgram(name)).toBeUndefined();
  });

  it('is a program of the operator’s PATH when the system has none of that name', () => {
    const [dir, root] = [freshDir(), freshDir()];
    const path = program(join(dir, 'bin'), 'own-tool', 'hello');
    const env = { PATH: `/usr/bin:${dir}/bin`, HOME: '/home/nobody' };
    expect(resolveProgram('own-tool', { env, root })).toBe(path);
    expect(resolveProgram('own-tool')).toBeUndefined();
  });

  it.each([
    ['below the project', (dir: string) => ({ folder: join(dir, 'project', 'bin'), root: join(dir, 'project') })],
    ['above the project', (dir: string) => ({ folder: dir, root: join(dir, 'project') })],
    ['of node_modules/.bin', (dir: string) => ({ folder: join(dir, 'node_modules', '.bin'), root: '/nowhere' })],
  ])('is none of a folder %s', (_, place) => {
    const { folder, root } = place(freshDir());
    program(folder, 'own-tool', 'hello');
    mkdirSync(root === '/nowhere' ? folder : root, { recursive: true });
    expect(findTool('own-tool', { env: { PATH: folder }, root })).toBeUndefined();
  });

  it('is none that anybody may write, none by a relative folder, none that leads into the project', () => {
    const [dir, root] = [freshDir(), freshDir()];
    program(join(dir, 'open'), 'own-tool', 'hello');
    chmodSync(join(dir, 'open'), 0o777);
    mkdirSync(join(dir, 'links'));
    symlinkSync(program(root, 'inside', 'hello'), join(dir, 'links', 'own-tool'));
    const folders = [join(dir, 'open'), join(dir, 'links'), '.', '', 'bin', '/nowhere'];
    expect(findTool('own-tool', { env: { PATH: folders.join(':') }, root })).toBeUndefined();
  });
});

describe('what a program of the operator brings along', () => {
  it('is its installation: bin and lib, and nothing else of the folder above', () => {
    const dir = freshDir();
    program(join(dir, 'v1', 'bin'), 'own-tool', 'hello');
    for (const name of ['lib', 'etc', 'cache']) mkdirSync(join(dir, 'v1', name));
    const tool = findTool('own-tool', { env: { PATH: join(dir, 'v1', 'bin') }, root: '/nowhere' });
    expect(tool?.needs).toEqual(['bin/own-tool', 'bin', 'lib'].map((path) => join(dir, 'v1', path)));
  });

  it.each([
    ['a home folder', ''],
    ['~/.local', '.local'],
  ])('is only the file when the folder above is %s', (_, below) => {
    const home = freshDir();
    const path = program(join(home, below, 'bin'), 'own-tool', 'hello');
    mkdirSync(join(home, below, 'lib'));
    const env = { PATH: join(home, below, 'bin'), HOME: home };
    expect(findTool('own-tool', { env, root: '/nowhere' })?.needs).toEqual([path]);
  });

  it('is shown in the sandbox, where it runs, and nothing beside it', async () => {
    const home = freshDir();
    const prefix = join(home, 'versions', 'v1');
    mkdirSync(join(prefix, 'bin'), { recursive: true });
    mkdirSync(join(prefix, 'lib'));
    cpSync(process.execPath, join(prefix, 'lib', 'own-node'), { dereference: true });
    symlinkSync('../lib/own-node', join(prefix, 'bin', 'own-node'));
    writeFileSync(join(home, 'secret'), 'canary');
    const sandbox = open('auto', { PATH: join(prefix, 'bin'), HOME: home }, '/nowhere');
    const script = `console.log(process.version, require('fs').readdirSync(${JSON.stringify(home)}).join())`;
    expect(out(await run(['own-node', '-e', script], { sandbox }))).toBe(`${process.version} versions\n`);
  });
});

describe('a program named by its path', () => {
  it('is the one at that place inside, from the working folder', async () => {
    const dir = freshDir();
    program(dir, 'evil', 'mine');
    expect(out(await run(['./evil'], inFolder(dir)))).toBe('mine\n');
    expect(out(await run([join(dir, 'evil')], inFolder(dir)))).toBe('mine\n');
    expect(ended(await run([join(dir, 'evil')]))).toEqual({ status: 'exited', code: 127 });
  });

  it('is not what the working folder has under a bare name', async () => {
    const dir = freshDir();
    program(dir, 'git', 'HIJACK');
    const end = await run(['git', '--version'], { ...inFolder(dir), env: { PATH: '.' } });
    expect(said(end)).toMatch(/^git version /);
  });
});
