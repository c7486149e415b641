import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitDiff } from '../../../src/learning/nights/git-diff.ts';
import { freshRoot } from '../../os/events/scene.ts';

const files = (texts: Readonly<Record<string, string | Uint8Array>>) =>
  new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text as string)]));

describe('the diff of a candidate', () => {
  it('makes the candidate of the skill when git applies it', async () => {
    const before = files({
      'skill.md': 'one\ntwo\nthree\n',
      'gone.md': 'here\n',
      'same.md': 'same',
      'steps/a.js': 'no newline',
      'emptied.md': 'text\n',
    });
    const after = files({
      'skill.md': 'one\n--- two\n++ three\n',
      'same.md': 'same',
      'new/file.md': 'new\r\nlines\r\n',
      'steps/a.js': 'no newline still',
      'emptied.md': '',
      'empty.md': '',
    });
    const { diff, left } = await gitDiff('reyn/project/a skill', before, after);
    expect(left).toEqual([]);
    const root = freshRoot();
    const dir = path.join(root, 'reyn/project/a skill');
    for (const [name, bytes] of before) {
      fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
      fs.writeFileSync(path.join(dir, name), bytes);
    }
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: root, input: diff });
    const made = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = made.map((entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return [path.relative(dir, full), fs.readFileSync(full, 'utf8')] as const;
    });
    expect(Object.fromEntries(texts)).toEqual(
      Object.fromEntries([...after].map(([name, bytes]) => [name, bytes.toString()])),
    );
  });

  it('names files that are no text and leaves them out', async () => {
    const { diff, left } = await gitDiff(
      's',
      files({ 'a.bin': new Uint8Array([255, 0]) }),
      files({ 'a.bin': new Uint8Array([254]) }),
    );
    expect([diff, left]).toEqual(['', ['a.bin']]);
  });

  it('is empty where nothing differs', async () => {
    expect((await gitDiff('s', files({ a: 'x' }), files({ a: 'x' }))).diff).toBe('');
  });
});
