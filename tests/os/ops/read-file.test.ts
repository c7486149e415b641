import { describe, expect, it } from 'vitest';
import { MAX_TEXT } from '../../../src/os/ops/read-file.ts';
import { codeOf } from '../workspace/scene.ts';
import { stage } from './stage.ts';

type Result = { text: string; next?: number; lines: number };

describe('read_file', () => {
  it('gives the text, its size and its lines', async () => {
    const { act, put } = stage();
    put('a.md', 'one\ntwo\nthree\n');
    expect(await act('read_file', { path: './a.md' })).toEqual({
      path: 'a.md',
      bytes: 14,
      lines: 3,
      text: 'one\ntwo\nthree\n',
    });
    put('empty', '');
    expect(await act('read_file', { path: 'empty' })).toEqual({ path: 'empty', bytes: 0, lines: 0, text: '' });
    put('open', 'no end');
    expect(await act('read_file', { path: 'open' })).toMatchObject({ lines: 1, text: 'no end' });
  });

  it('gives the lines asked for, and says when there are none', async () => {
    const { act, put } = stage();
    put('a.md', 'one\r\ntwo\r\nthree');
    expect(await act('read_file', { path: 'a.md', lines: { from: 2, to: 2 } })).toMatchObject({
      text: 'two\r\n',
      lines: 3,
    });
    expect(await act('read_file', { path: 'a.md', lines: { from: 2 } })).toMatchObject({ text: 'two\r\nthree' });
    expect(await act('read_file', { path: 'a.md', lines: { from: 3, to: 99 } })).toMatchObject({ text: 'three' });
    expect(await codeOf(act('read_file', { path: 'a.md', lines: { from: 4 } }))).toBe('out_of_range');
    expect(await codeOf(act('read_file', { path: 'a.md', lines: { from: 3, to: 2 } }))).toBe('out_of_range');
  });

  it.each([
    ['lines', Array.from({ length: 9000 }, (_, n) => `line ${n} é`).join('\n')],
    ['one line', '😀é'.repeat(40_000)],
  ])('gives long text of %s in parts that join to the whole', async (_, whole) => {
    const { act, put } = stage();
    put('long', whole);
    let text = '';
    let after = 0;
    for (let part = 0; part < 20; part++) {
      const result = (await act('read_file', { path: 'long', after })) as Result;
      expect(result.text.length).toBeLessThanOrEqual(MAX_TEXT);
      expect(result.text.isWellFormed()).toBe(true);
      text += result.text;
      if (result.next === undefined) break;
      after = result.next;
    }
    expect(text).toBe(whole);
  });

  it('opens a recorded value only where the frame names it', async () => {
    const sha = 'c'.repeat(64);
    const named = stage({ blobs: new Set([sha]) }, { readBlob: () => Buffer.from('{"a":1}') });
    expect(await named.act('read_file', { path: `blob:${sha}` })).toMatchObject({ text: '{"a":1}' });
    const other = stage({}, { readBlob: () => Buffer.from('{"a":1}') });
    await expect(other.act('read_file', { path: `blob:${sha}` })).rejects.toThrow('denied: zone blobs');
  });

  it('counts characters that carry text nobody sees', async () => {
    const { act, put } = stage();
    put('a.md', 'ok\u{E0041}\u{E0042}\u200b\u2060\ufeff');
    expect(await act('read_file', { path: 'a.md' })).toMatchObject({ hidden_characters: 5 });
    put('b.md', '\ufeffplain 👩‍👩‍👧');
    expect(await act('read_file', { path: 'b.md' })).not.toHaveProperty('hidden_characters');
  });

  it.each([
    [{}, 'lacks the field "path"'],
    [{ path: '' }, '/path must NOT have fewer than 1 characters'],
    [{ path: ['out', '..', '..', 'x'] }, '/path must be string'],
    [{ path: 'a', lines: { from: 0 } }, '/lines/from must be >= 1'],
    [{ path: 'a', lines: { from: 1.5 } }, '/lines/from must be integer'],
    [{ path: 'a', follow: true }, 'has the unknown field "follow"'],
    [null, 'must be object'],
  ])('refuses the arguments %j', async (args, message) => {
    await expect(stage().act('read_file', args)).rejects.toThrow(message);
  });

  it('keeps what lies outside, is protected or secret to itself', async () => {
    const { act, put, link } = stage();
    put('.env', 'KEY=canary');
    put('.git/config', 'x');
    link('out-link', '../out/secret.txt');
    await expect(act('read_file', { path: '.env' })).rejects.toThrow('denied: protection secrets');
    await expect(act('read_file', { path: '.git/config' })).rejects.toThrow('denied: protection git');
    await expect(act('read_file', { path: '../out/secret.txt' })).rejects.toThrow('denied: path');
    expect(await codeOf(act('read_file', { path: 'out-link' }))).toBe('refused');
  });
});
