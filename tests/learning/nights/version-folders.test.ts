import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyVersions } from '../../../src/learning/nights/version-folders.ts';
import { freshRoot } from '../../os/events/scene.ts';

const hash = (letter: string) => letter.repeat(64);

function kept(dir: string, skill: string, letters: string, first = 1): void {
  const versions = [...letters].map((letter, i) => ({ version: first + i, skill_version_hash: hash(letter) }));
  fs.mkdirSync(path.join(dir, skill), { recursive: true });
  fs.writeFileSync(path.join(dir, skill, 'index.json'), JSON.stringify({ v: 1, last: versions.length, versions }));
  for (const { version } of versions) fs.writeFileSync(path.join(dir, skill, `v${version}.md`), letters);
}

const listed = (dir: string, skill: string) =>
  (JSON.parse(fs.readFileSync(path.join(dir, skill, 'index.json'), 'utf8')) as { versions: unknown[] }).versions.length;

describe('folders of versions', () => {
  it('go where there is none, and where there is a shorter one', () => {
    const [from, to] = [freshRoot(), freshRoot()];
    kept(from, 'a', 'xy');
    kept(from, 'b', 'xyz');
    kept(to, 'b', 'xy');
    expect(copyVersions(from, to)).toEqual(['a', 'b']);
    expect([listed(to, 'a'), listed(to, 'b'), fs.readdirSync(to)]).toEqual([2, 3, ['a', 'b']]);
    expect(copyVersions(from, to)).toEqual([]);
    expect(copyVersions(to, from)).toEqual([]);
  });

  it('stay where they are the longer ones, also when the oldest were removed', () => {
    const [from, to] = [freshRoot(), freshRoot()];
    kept(from, 'a', 'xy');
    kept(to, 'a', 'yz', 2);
    expect(copyVersions(from, to)).toEqual([]);
    expect(copyVersions(to, from)).toEqual(['a']);
  });

  it('are written to no place that a link of the project leads to, and read from none of the state', () => {
    const [from, to, outside] = [freshRoot(), freshRoot(), freshRoot()];
    kept(from, 'a', 'xy');
    fs.symlinkSync(outside, path.join(to, 'a'));
    expect(() => copyVersions(from, to)).toThrow(/this is a link/);
    fs.symlinkSync(outside, path.join(to, 'versions'));
    expect(() => copyVersions(from, path.join(to, 'versions'))).toThrow(/this is a link/);
    expect(fs.readdirSync(outside)).toEqual([]);
    fs.renameSync(path.join(from, 'a/index.json'), path.join(outside, 'index.json'));
    fs.symlinkSync(path.join(outside, 'index.json'), path.join(from, 'a/index.json'));
    expect(() => copyVersions(from, freshRoot())).toThrow(/cannot be read/);
  });

  it('are not copied over another history', () => {
    const [from, to] = [freshRoot(), freshRoot()];
    kept(from, 'a', 'xy');
    kept(to, 'a', 'xz');
    expect(() => copyVersions(from, to)).toThrow(/have parted/);
    expect(listed(to, 'a')).toBe(2);
  });
});
