import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWorkspace } from '../../../src/os/workspace/open.ts';
import { ANYTHING, bytes, CANARY, codeOf, listOf, scene } from './scene.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(['descriptors', 'paths'] as const)('a workspace that looks names up by %s', (lookup) => {
  const open = () => scene({ lookup });

  it('reads a text file with its size and digest, and keeps a byte order mark', async () => {
    const { files, put } = open();
    put('a/b.txt', '\uFEFFhé\r\n');
    const text = '\uFEFFhé\r\n';
    expect(await files.readText('a/./b.txt')).toEqual({ text, bytes: 8, sha256: digest(text) });
    put('empty', '');
    expect(await files.readText('empty')).toEqual({ text: '', bytes: 0, sha256: digest('') });
  });

  it('says what is wrong with what is no text file', async () => {
    const { files, put, root } = open();
    put('latin', Buffer.from([0x63, 0xe9]));
    put('nul', 'a\0b');
    put('folder/x');
    put('large', '');
    fs.truncateSync(path.join(root, 'large'), 10_000_001);
    expect(await codeOf(files.readText('latin'))).toBe('not_text');
    expect(await codeOf(files.readText('nul'))).toBe('not_text');
    expect(await codeOf(files.readText('folder'))).toBe('not_a_file');
    expect(await codeOf(files.readText('.'))).toBe('not_a_file');
    expect(await codeOf(files.readText('folder/x/'))).toBe('not_a_file');
    expect(await codeOf(files.readText('folder/x/y'))).toBe('not_a_file');
    expect(await codeOf(files.readText('large'))).toBe('too_large');
    expect(await codeOf(files.readText('absent'))).toBe('not_found');
    expect(await codeOf(files.readText('absent/too'))).toBe('not_found');
    expect(await files.digestOf('large')).toHaveLength(64);
    expect(await files.readBytes('latin')).toEqual(Buffer.from([0x63, 0xe9]));
  });

  it('refuses pipes, sockets and devices at once instead of waiting for them', async () => {
    const { files, root } = open();
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    const server = net.createServer().listen(path.join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await codeOf(files.readText('pipe'))).toBe('not_a_file');
    expect(await codeOf(files.digestOf('pipe'))).toBe('not_a_file');
    expect(await codeOf(files.replace('pipe', bytes('x'), null))).toBe('not_a_file');
    expect(await codeOf(files.readText('socket'))).toBe('not_a_file');
    server.close();
    const whole = openWorkspace({
      root: '/',
      workDir: '/tmp/none',
      readBlob: () => Buffer.from(''),
      written: [],
      shareDisk: () => false,
      stageDir: () => '/tmp/none',
      lookup,
    });
    const disk = whole.handle(ANYTHING);
    for (const file of ['dev/null', 'dev/zero', 'proc/self/environ', 'sys/kernel/notes']) {
      expect(await codeOf(disk.readText(file))).toBe('refused');
    }
  });

  it('refuses a file with a second name', async () => {
    const { files, root, out } = open();
    fs.linkSync(path.join(out, 'secret.txt'), path.join(root, 'hard.txt'));
    expect(await codeOf(files.readText('hard.txt'))).toBe('refused');
    expect(await codeOf(files.replace('hard.txt', bytes('pwn'), digest(CANARY)))).toBe('refused');
    expect(await codeOf(files.remove('hard.txt', digest(CANARY)))).toBe('refused');
    expect(fs.readFileSync(path.join(out, 'secret.txt'), 'utf8')).toBe(CANARY);
  });

  it('follows no link: to a file, to a folder, in a chain, in a loop, to nothing, to the system', async () => {
    const { files, root, out, link, put } = open();
    put('real.txt');
    link('to-file', '../out/secret.txt');
    link('to-folder', '../out');
    link('chain', 'to-file');
    link('loop', 'loop');
    link('dangling', '../out/new.txt');
    link('inside', 'real.txt');
    link('environ', '/proc/self/environ');
    for (const name of ['to-file', 'to-folder/secret.txt', 'chain', 'loop', 'dangling', 'inside', 'environ']) {
      expect([name, await codeOf(files.readText(name))]).toEqual([name, 'refused']);
      expect([name, await codeOf(files.replace(name, bytes('pwn'), null))]).toEqual([name, 'refused']);
      expect([name, await codeOf(files.remove(name, digest(CANARY)))]).toEqual([name, 'refused']);
    }
    expect(await codeOf(files.replace('to-folder/a/b.txt', bytes('pwn'), null))).toBe('refused');
    expect(fs.readdirSync(out)).toEqual(['secret.txt']);
    expect(fs.readFileSync(path.join(out, 'secret.txt'), 'utf8')).toBe(CANARY);
    expect(fs.readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('creates files and their folders, replaces them, keeps their mode, and leaves nothing beside them', async () => {
    const { files, root, get } = open();
    await files.replace('a/b/c.txt', bytes('one'), null);
    expect(get('a/b/c.txt')).toBe('one');
    fs.chmodSync(path.join(root, 'a/b/c.txt'), 0o750);
    await files.replace('a/b/c.txt', bytes('two'), digest('one'));
    expect(get('a/b/c.txt')).toBe('two');
    expect(fs.statSync(path.join(root, 'a/b/c.txt')).mode & 0o7777).toBe(0o750);
    expect(fs.readdirSync(path.join(root, 'a/b'))).toEqual(['c.txt']);
  });

  it('replaces and removes only what is still the pre-image', async () => {
    const { files, put, get, root } = open();
    put('a.txt', 'theirs');
    expect(await codeOf(files.replace('a.txt', bytes('ours'), digest('before')))).toBe('changed');
    expect(await codeOf(files.replace('a.txt', bytes('ours'), null))).toBe('changed');
    expect(await codeOf(files.replace('gone.txt', bytes('ours'), digest('before')))).toBe('changed');
    expect(await codeOf(files.remove('a.txt', digest('before')))).toBe('changed');
    expect(get('a.txt')).toBe('theirs');
    expect(fs.readdirSync(root)).toEqual(['a.txt']);
    await files.remove('a.txt', digest('theirs'));
    expect(fs.readdirSync(root)).toEqual([]);
    expect(await codeOf(files.remove('no/such', digest('x')))).toBe('not_found');
  });

  it('takes the place of what a crash left, and of what somebody put where its temporary file goes', async () => {
    const first = open();
    let temporary = '';
    const watched = openWorkspace({
      root: first.root,
      workDir: path.join(first.root, '.reyn/work/run1'),
      readBlob: () => Buffer.from(''),
      written: [],
      stageDir: () => '/tmp/none',
      lookup,
      shareDisk: () => {
        temporary = fs.readdirSync(first.root).find((name) => name.endsWith('.tmp')) ?? '';
        return false;
      },
    });
    await watched.handle(ANYTHING).replace('a.txt', bytes('one'), null);
    expect(temporary).not.toBe('');
    first.put(temporary, 'half of a wri');
    await first.files.replace('a.txt', bytes('two'), digest('one'));
    expect(fs.readdirSync(first.root)).toEqual(['a.txt']);
    first.link(temporary, '../out/secret.txt');
    await first.files.replace('a.txt', bytes('three'), digest('two'));
    expect(fs.readdirSync(first.root)).toEqual(['a.txt']);
    fs.mkdirSync(path.join(first.root, temporary));
    await first.files.replace('a.txt', bytes('four'), digest('three'));
    expect(first.get('a.txt')).toBe('four');
    expect(fs.readFileSync(path.join(first.out, 'secret.txt'), 'utf8')).toBe(CANARY);
    expect(await listOf(first.files.walk('.'))).toEqual(['a.txt']);
  });

  it('opens exactly what was permitted', async () => {
    const { workspace, put, get } = open();
    put('yes.txt', 'yes');
    put('no.txt', 'no');
    put('w.txt', 'w');
    const files = workspace.handle({ read: (name) => name === 'yes.txt', write: (name) => name === 'w.txt' });
    expect((await files.readText('./yes.txt')).text).toBe('yes');
    expect((await files.readText('w.txt')).text).toBe('w');
    expect(await codeOf(files.readText('no.txt'))).toBe('refused');
    expect(await codeOf(files.digestOf('no.txt'))).toBe('refused');
    expect(await codeOf(files.replace('yes.txt', bytes('x'), digest('yes')))).toBe('refused');
    expect(await codeOf(files.remove('no.txt', digest('no')))).toBe('refused');
    expect(await listOf(files.walk('.'))).toEqual(['yes.txt']);
    await files.replace('w.txt', bytes('new'), digest('w'));
    expect(get('w.txt')).toBe('new');
  });

  it('keeps the work folder of the run apart, and makes it when it is first written to', async () => {
    const { files, root, get } = open();
    expect(await listOf(files.walk('work:/'))).toEqual([]);
    expect(await files.digestOf('work:/a.txt')).toBeNull();
    await files.replace('work:/node_modules/a.txt', bytes('mine'), null);
    expect(get('.reyn/work/run1/node_modules/a.txt')).toBe('mine');
    expect(await listOf(files.walk('work:/'))).toEqual(['work:/node_modules/a.txt']);
    expect(await codeOf(files.readText('work:/../other'))).toBe('refused');
    expect(await listOf(files.walk('.'))).toEqual([]);
    fs.rmSync(path.join(root, '.reyn'), { recursive: true });
    fs.symlinkSync('../out', path.join(root, '.reyn'));
    expect(await codeOf(files.replace('work:/b.txt', bytes('x'), null))).toBe('refused');
  });

  it('lists files in the order of their names part by part, without links and without what is passed over', async () => {
    const { files, put, link } = open();
    for (const name of [
      'b.txt',
      'a-b/x',
      'a/z',
      'a/y/1',
      'a.txt',
      '.git/config',
      '.hidden',
      'node_modules/p/i.js',
      'é',
    ])
      put(name);
    link('link', 'a');
    link('link.txt', 'b.txt');
    expect(await listOf(files.walk('.'))).toEqual(['.hidden', 'a/y/1', 'a/z', 'a-b/x', 'a.txt', 'b.txt', 'é']);
    expect(await listOf(files.walk('a'))).toEqual(['a/y/1', 'a/z']);
    expect(await listOf(files.walk('a/z'))).toEqual(['a/z']);
    expect(await listOf(files.walk('.', { enters: (folder) => folder === 'a' }))).not.toContain('a/y/1');
    expect(await listOf(files.walk('.', { enters: (folder) => folder.startsWith('a/') || folder === 'a' }))).toContain(
      'a/y/1',
    );
    expect(await listOf(files.walk('node_modules/p'))).toEqual(['node_modules/p/i.js']);
    expect(await codeOf(listOf(files.walk('absent')))).toBe('not_found');
    expect(await codeOf(listOf(files.walk('link')))).toBe('refused');
    expect(await codeOf(listOf(files.walk('../out')))).toBe('refused');
  });

  it('leaves out names that no path can hold and folders that are too deep, and says so', async () => {
    const { files, put, root } = open();
    put('good');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'x');
    put('also\nbad');
    put(`${'d/'.repeat(70)}deep`);
    const skipped: string[] = [];
    expect(await listOf(files.walk('.', { skipped: (why) => skipped.push(why) }))).toEqual(['good']);
    expect(skipped.sort()).toEqual(['odd_name', 'too_deep']);
  });

  it('stops when the run is interrupted', async () => {
    const stop = new AbortController();
    const { files, put } = scene({ lookup, signal: stop.signal });
    put('a');
    stop.abort(new Error('interrupted'));
    await expect(files.readText('a')).rejects.toThrow('interrupted');
    await expect(listOf(files.walk('.'))).rejects.toThrow('interrupted');
  });

  it('makes names durable also in folders that are gone or became links meanwhile', async () => {
    const { files, workspace, root } = open();
    await files.replace('a/one.txt', bytes('1'), null);
    await files.replace('b/two.txt', bytes('2'), null);
    await files.replace('c/three.txt', bytes('3'), null);
    fs.rmSync(path.join(root, 'a'), { recursive: true });
    fs.renameSync(path.join(root, 'b'), path.join(root, 'b2'));
    fs.symlinkSync('../out', path.join(root, 'b'));
    await workspace.syncDirectories();
    await workspace.syncDirectories();
  });

  it('reads recorded values through the store, and writes none', async () => {
    const sha = digest('value');
    const { files } = scene({ lookup, readBlob: () => Buffer.from('value') });
    expect((await files.readText(`blob:${sha}`)).text).toBe('value');
    expect(await files.digestOf(`blob:${sha}`)).toBe(sha);
    expect(await listOf(files.walk(`blob:${sha}`))).toEqual([`blob:${sha}`]);
    expect(await codeOf(files.replace(`blob:${sha}`, bytes('x'), sha))).toBe('refused');
    expect(await codeOf(files.remove(`blob:${sha}`, sha))).toBe('refused');
  });
});

describe('a workspace shared by many runs', () => {
  it('writes the same file from two places one after the other, never mixed', async () => {
    const { files, put, get, root } = scene({ shareDisk: () => true });
    put('a.txt', 'start');
    const texts = ['x'.repeat(100_000), 'y'.repeat(100_000)];
    const ends = await Promise.all(texts.map((text) => codeOf(files.replace('a.txt', bytes(text), digest('start')))));
    expect(ends.sort()).toEqual(['changed', 'none']);
    expect(texts).toContain(get('a.txt'));
    expect(fs.readdirSync(root)).toEqual(['a.txt']);
  });
});
