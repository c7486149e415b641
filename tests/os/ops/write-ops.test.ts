import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/os/json.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { codeOf } from '../workspace/scene.ts';
import { stage } from './stage.ts';

describe('write_file', () => {
  it('creates and replaces', async () => {
    const { act, get } = stage();
    expect(await act('write_file', { path: 'a/b.md', content: 'é\n' })).toBeUndefined();
    expect(get('a/b.md')).toBe('é\n');
    expect(await act('write_file', { path: 'a/b.md', content: 'new' })).toBeUndefined();
    expect(get('a/b.md')).toBe('new');
  });

  it('plans without changing anything, and names both images', async () => {
    const { plan, put, get } = stage();
    put('a.md', 'old');
    const planned = await plan('write_file', { path: './a.md', content: 'new' });
    expect(planned).toMatchObject({ path: 'a.md', pre: sha256('old'), post: sha256('new') });
    expect(get('a.md')).toBe('old');
    put('a.md', 'theirs');
    expect(await codeOf(planned.commit())).toBe('changed');
    expect(get('a.md')).toBe('theirs');
    expect(await plan('write_file', { path: 'none/b.md', content: '' })).toMatchObject({ pre: null, post: sha256('') });
  });

  it('leaves a file that holds the content already as it is', async () => {
    const { act, put, root } = stage();
    put('a.md', 'same');
    const before = fs.statSync(path.join(root, 'a.md')).ino;
    await act('write_file', { path: 'a.md', content: 'same' });
    expect(fs.statSync(path.join(root, 'a.md')).ino).toBe(before);
  });

  it('refuses content and names that a disk would not hold as they are', async () => {
    const { act, root } = stage();
    expect(await codeOf(act('write_file', { path: 'a', content: 'x\ud800' }))).toBe('not_text');
    expect(await codeOf(act('write_file', { path: 'a', content: 'x\0' }))).toBe('not_text');
    expect(await codeOf(act('write_file', { path: 'a', content: 'x'.repeat(10_000_001) }))).toBe('too_large');
    for (const name of ['n\ud800', 'x'.repeat(256), 'a\u202etxt', '']) {
      await expect(act('write_file', { path: name, content: 'x' })).rejects.toThrow(/denied: path|invalid/);
    }
    await expect(act('write_file', { path: 'a', content: 'x', mode: '4777' })).rejects.toThrow('unknown field "mode"');
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('does not write where a folder is', async () => {
    const { act, put } = stage();
    put('folder/x');
    expect(await codeOf(act('write_file', { path: 'folder', content: 'x' }))).toBe('not_a_file');
    expect(await codeOf(act('write_file', { path: 'folder/x/y', content: 'x' }))).toBe('not_a_file');
    expect(await codeOf(act('write_file', { path: 'new/', content: 'x' }))).toBe('not_a_file');
  });
});

describe('edit_file', () => {
  it('makes edits in order, each on what the ones before left', async () => {
    const { act, put, get } = stage();
    put('a.ts', 'const a = 1;\nconst b = a;\n');
    const edits = [
      { find: 'a = 1', replace: 'c = $& $1' },
      { find: 'c = $&', replace: 'c = 2 //' },
      { find: 'const', replace: 'let', all: true },
    ];
    expect(await act('edit_file', { path: 'a.ts', edits })).toEqual({ replaced: 4 });
    expect(get('a.ts')).toBe('let c = 2 // $1;\nlet b = a;\n');
  });

  it('changes nothing when one edit does not fit', async () => {
    const { act, put, get } = stage();
    put('a.txt', 'one two\n');
    const edits = [
      { find: 'one', replace: 'ONE' },
      { find: 'three', replace: 'THREE' },
    ];
    await expect(act('edit_file', { path: 'a.txt', edits })).rejects.toMatchObject({
      code: 'no_match',
      message: 'Edit 2: the text to find is not in the file. Read the file again.',
    });
    expect(get('a.txt')).toBe('one two\n');
  });

  it('says in which lines a text stands more than once', async () => {
    const { act, put } = stage();
    put('a.txt', 'x\ny\nx\n\nx');
    await expect(act('edit_file', { path: 'a.txt', edits: [{ find: 'x', replace: 'z' }] })).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('in 3 places (lines 1, 3, 5)'),
    });
  });

  it('says why a text that looks as if it were there is not', async () => {
    const { act, put } = stage();
    put('crlf.txt', 'a\r\nb\r\n');
    const crlf = act('edit_file', { path: 'crlf.txt', edits: [{ find: 'a\nb', replace: 'c' }] });
    await expect(crlf).rejects.toThrow('The lines of the file end in CRLF.');
    put('tabs.txt', 'first\n\tcall();\n');
    const tabs = act('edit_file', { path: 'tabs.txt', edits: [{ find: '    call();', replace: 'c' }] });
    await expect(tabs).rejects.toThrow('Line 2 is the same but for white space');
  });

  it('keeps a byte order mark and line ends', async () => {
    const { act, put, get } = stage();
    put('a.txt', '\ufeffa\r\nb\r\n');
    await act('edit_file', { path: 'a.txt', edits: [{ find: 'b', replace: 'c' }] });
    expect(get('a.txt')).toBe('\ufeffa\r\nc\r\n');
  });

  it('needs a text file that is there', async () => {
    const { act, put } = stage();
    put('bin', Buffer.from([0xff, 0x00]));
    const edits = [{ find: 'a', replace: 'b' }];
    expect(await codeOf(act('edit_file', { path: 'bin', edits }))).toBe('not_text');
    expect(await codeOf(act('edit_file', { path: 'none', edits }))).toBe('not_found');
    await expect(act('edit_file', { path: 'bin', edits: [] })).rejects.toThrow('invalid');
    await expect(act('edit_file', { path: 'bin', edits: [{ find: '', replace: 'x' }] })).rejects.toThrow('invalid');
  });
});

describe('delete_file', () => {
  it('deletes one file and leaves its folder', async () => {
    const { act, put, root } = stage();
    put('a/b.txt');
    expect(await act('delete_file', { path: 'a/b.txt' })).toBeUndefined();
    expect(fs.readdirSync(path.join(root, 'a'))).toEqual([]);
    expect(await codeOf(act('delete_file', { path: 'a/b.txt' }))).toBe('not_found');
    expect(await codeOf(act('delete_file', { path: 'a' }))).toBe('not_a_file');
    await expect(act('delete_file', { path: 'a', recursive: true })).rejects.toThrow('unknown field');
    await expect(act('delete_file', { path: '' })).rejects.toThrow('invalid');
  });

  it('plans the removal of what is there now', async () => {
    const { plan, put, get } = stage();
    put('a.txt', 'old');
    const planned = await plan('delete_file', { path: 'a.txt' });
    expect(planned).toMatchObject({ path: 'a.txt', pre: sha256('old'), post: null });
    put('a.txt', 'theirs');
    expect(await codeOf(planned.commit())).toBe('changed');
    expect(get('a.txt')).toBe('theirs');
  });
});

describe('writing', () => {
  it.each([
    '.git/hooks/pre-commit',
    '.GIT/config',
    '.reyn/lock',
    'reyn.yaml',
    '.env',
    'node_modules/.bin/tsc',
    '.github/workflows/x.yml',
    'reyn/project/review/eval.md',
    '.vscode/tasks.json',
  ])('never reaches %s, by any op, though all is declared and allowed', async (target) => {
    const { act, put, get } = stage();
    put(target, 'mine');
    await expect(act('write_file', { path: target, content: 'evil' })).rejects.toThrow('denied: protection');
    await expect(act('edit_file', { path: target, edits: [{ find: 'm', replace: 'e' }] })).rejects.toThrow(
      'denied: protection',
    );
    await expect(act('delete_file', { path: target })).rejects.toThrow('denied: protection');
    expect(get(target)).toBe('mine');
  });

  it('does not reach a protected place through a link either', async () => {
    const { act, put, get, link } = stage();
    put('.reyn/approvals.jsonl', '{}');
    link('state', '.reyn');
    const edits = [{ find: '}', replace: '}}' }];
    expect(await codeOf(act('edit_file', { path: 'state/approvals.jsonl', edits }))).toBe('refused');
    expect(await codeOf(act('write_file', { path: 'state/approvals.jsonl', content: 'x' }))).toBe('refused');
    expect(await codeOf(act('delete_file', { path: 'state/approvals.jsonl' }))).toBe('refused');
    expect(get('.reyn/approvals.jsonl')).toBe('{}');
  });

  it('goes to the work folder without being declared', async () => {
    const closed = stage({ permissions: NO_PERMISSIONS, policy: { allow: [], deny: [] } });
    await closed.act('write_file', { path: 'work:/notes/a.md', content: 'x' });
    await closed.act('edit_file', { path: 'work:/notes/a.md', edits: [{ find: 'x', replace: 'y' }] });
    expect(await closed.act('read_file', { path: 'work:/notes/a.md' })).toMatchObject({
      path: 'work:/notes/a.md',
      text: 'y',
    });
    expect(closed.get('.reyn/work/run1/notes/a.md')).toBe('y');
  });
});
