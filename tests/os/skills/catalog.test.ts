import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCatalog } from '../../../src/os/skills/catalog.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { type FolderCache, openFolderCache } from '../../../src/os/skills/folder-cache.ts';
import { head, inFolder, writeFiles } from './skill-files.ts';

const skill = (name: string, text = 'Go.') => `${head().replace('name: demo', `name: ${name}`)}${text}\n`;
const open = (dir: string) => openCatalog({ root: dir, stdlibDir: path.join(dir, 'stdlib') });
/** As if the file had been there for a while. */
function settle(...files: string[]): void {
  const past = new Date(Date.now() - 60_000);
  for (const file of files) fs.utimesSync(file, past, past);
}

describe('the catalog', () => {
  it('lists skills of the project, of reyn/local and of the standard library; the first of a name wins', async () => {
    await inFolder((dir) => {
      writeFiles(dir, {
        'stdlib/both/skill.md': skill('both'),
        'stdlib/std/skill.md': skill('std'),
        'reyn/local/both/skill.md': skill('both'),
        'reyn/project/both/skill.md': skill('both'),
        'reyn/project/own/skill.md': skill('own'),
        'reyn/project/shared/phases/x.md': '',
        'reyn/project/.trash/skill.md': '',
        'reyn/project/README.md': '',
      });
      const catalog = open(dir);
      expect(catalog.list().map(({ name, origin, shadowedBy }) => [name, origin, shadowedBy])).toEqual([
        ['both', 'project', undefined],
        ['both', 'local', 'project'],
        ['both', 'stdlib', 'project'],
        ['own', 'project', undefined],
        ['std', 'stdlib', undefined],
      ]);
      expect(catalog.find('both')).toEqual({
        name: 'both',
        origin: 'project',
        dir: path.join(dir, 'reyn/project/both'),
      });
      expect(catalog.load('both').origin).toBe('project');
      expect(catalog.load('std')).toMatchObject({ origin: 'stdlib', dir: 'stdlib/std' });
    });
  });

  it('lets a broken skill win all the same: a name never falls through to another skill', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'stdlib/a/skill.md': skill('a'), 'reyn/project/a/notes.md': '' });
      fs.mkdirSync(path.join(dir, 'reyn/local'), { recursive: true });
      fs.symlinkSync(path.join(dir, 'stdlib/a'), path.join(dir, 'reyn/local/b'));
      expect(() => open(dir).load('a')).toThrow('the folder has no skill.md');
      expect(() => open(dir).load('b')).toThrow('symbolic links are not followed');
    });
  });

  it('finds nothing in an empty project, and nothing outside by a name that is a path', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'outside/skill.md': skill('outside'), 'reyn/project/a/skill.md': skill('a') });
      expect(open(path.join(dir, 'nowhere')).list()).toEqual([]);
      for (const name of ['../../outside', '..', '.', '', 'a/', 'shared', '__proto__']) {
        expect(open(dir).find(name)).toBeUndefined();
      }
    });
  });

  it('suggests the name that was meant', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'reyn/project/summarize/skill.md': skill('summarize') });
      expect(() => open(dir).load('sumarize')).toThrow(
        expect.objectContaining({ code: 'not_found', hint: 'Did you mean "summarize"?' }),
      );
      expect(() => open(dir).source('other')).toThrow(expect.objectContaining({ code: 'not_found' }));
    });
  });

  it('reads a folder anywhere, under the name its skill.md says', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'copy of it/skill.md': skill('it') });
      const source = open(dir).sourceAt('copy of it');
      expect(source).toMatchObject({ origin: 'path', dir: 'copy of it' });
      expect(compileSkill(source).skill).toMatchObject({ name: 'it', entry: 'it' });
      expect(() => open(dir).sourceAt('nothing')).toThrow(expect.objectContaining({ code: 'not_found' }));
    });
  });

  it('loads once while nothing changes, and anew after any change', async () => {
    await inFolder(async (dir) => {
      const file = path.join(dir, 'reyn/project/a/skill.md');
      writeFiles(dir, { 'reyn/project/a/skill.md': skill('a', 'One.') });
      await new Promise((resolve) => setTimeout(resolve, 150)); // older than the clock's grain
      const catalog = open(dir);
      const first = catalog.open('a');
      expect(catalog.open('a').skill).toBe(first.skill);
      expect(catalog.open('a').source).toBe(first.source);
      fs.writeFileSync(file, skill('a', 'Two.'));
      settle(file);
      expect(catalog.load('a').phases.a?.instructions).toBe('Two.');
      fs.writeFileSync(file, skill('a', 'Six.'));
      settle(file);
      expect(catalog.load('a').phases.a?.instructions).toBe('Six.');
      writeFiles(dir, { 'reyn/project/a/more.txt': '' });
      expect(catalog.load('a').fingerprint).not.toBe(first.skill.fingerprint);
    });
  });

  it('gives a skill that nobody can change for the others', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'reyn/project/a/skill.md': skill('a') });
      const { permissions, phases } = open(dir).load('a');
      expect(() => (permissions.exec as string[][]).push(['sh', '**'])).toThrow(TypeError);
      expect(() => Object.assign(phases.a ?? {}, { instructions: 'Other.' })).toThrow(TypeError);
    });
  });

  it('does not miss a change of the same size right after a load', async () => {
    await inFolder((dir) => {
      const catalog = open(dir);
      for (let n = 0; n < 20; n++) {
        const text = `Text ${String(n).padStart(3, '0')}.`;
        writeFiles(dir, { 'reyn/project/a/skill.md': skill('a', text) });
        expect(catalog.load('a').phases.a?.instructions).toBe(text);
      }
    });
  });
});

describe('a cache of folders', () => {
  const STAMP = { text: 'a\t1\t1\t1\t1', newest: 1 };
  const OTHER = { text: 'a\t2\t1\t1\t1', newest: 1 };
  const fileIn = (dir: string) => path.join(dir, '.reyn/cache/skills.json');
  const cacheIn = (dir: string, version = '1') => openFolderCache(fileIn(dir), version);
  const take = (cache: FolderCache, value: unknown, stamp = STAMP, dir = 'a') =>
    cache.take({ dir, at: Date.now(), stampOf: () => stamp, make: () => ({ value, stamp }) });
  const kept = (dir: string, stamp = STAMP, folder = 'a', version = '1') =>
    take(cacheIn(dir, version), 'made anew', stamp, folder);

  it('gives back what was made under the same stamp, also in another process', async () => {
    await inFolder((dir) => {
      fs.mkdirSync(path.join(dir, '.reyn'));
      const cache = cacheIn(dir);
      expect(take(cache, { findings: [] })).toEqual({ findings: [] });
      expect(take(cache, 'made anew')).toEqual({ findings: [] });
      cache.save();
      expect(kept(dir)).toEqual({ findings: [] });
      expect(kept(dir, OTHER)).toBe('made anew');
      expect(kept(dir, STAMP, 'b')).toBe('made anew');
      expect(kept(dir, STAMP, 'a', '2')).toBe('made anew');
    });
  });

  it('keeps nothing of a folder that has just changed', async () => {
    await inFolder((dir) => {
      const now = Date.now();
      const cache = cacheIn(dir);
      const stamp = { text: 'a', newest: now };
      take(cache, 1, stamp);
      expect(take(cache, 2, stamp)).toBe(2);
    });
  });

  it('is as if empty when its file is torn or changed', async () => {
    await inFolder((dir) => {
      fs.mkdirSync(path.join(dir, '.reyn'));
      const cache = cacheIn(dir);
      take(cache, { ok: true });
      cache.save();
      const text = fs.readFileSync(fileIn(dir), 'utf8');
      expect(kept(dir)).toEqual({ ok: true });
      for (const broken of [text.slice(0, -3), text.replace('true', 'null'), '', '\n', 'null\n[]', '{}']) {
        fs.writeFileSync(fileIn(dir), broken);
        expect(kept(dir)).toBe('made anew');
      }
    });
  });

  it('writes nothing where there is no store, and does without where it cannot write', async () => {
    await inFolder((dir) => {
      const cache = cacheIn(dir);
      take(cache, 1);
      cache.save();
      expect(fs.readdirSync(dir)).toEqual([]);
      writeFiles(dir, { '.reyn/cache': 'a file is in the way' });
      take(cache, 1, STAMP, 'b');
      cache.save();
      expect(fs.readdirSync(path.join(dir, '.reyn'))).toEqual(['cache']);
    });
  });

  it('gives a stamp that changes with every file a skill is made of, shared ones too', async () => {
    await inFolder((dir) => {
      writeFiles(dir, {
        'reyn/project/a/skill.md': skill('a'),
        'reyn/project/shared/phases/x.md': '1',
        'stdlib/s/skill.md': '',
      });
      const catalog = open(dir);
      const stamps = () => catalog.list().map((entry) => catalog.pass().stampOf(entry).text);
      const before = stamps();
      expect(stamps()).toEqual(before);
      writeFiles(dir, { 'reyn/project/a/eval.md': 'cases', 'reyn/project/a/.swp': '' });
      expect(stamps()).toEqual(before);
      writeFiles(dir, { 'reyn/project/shared/phases/x.md': '22' });
      const after = stamps();
      expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
    });
  });

  it('gives a stamp that tells a folder from a link to it, and an empty folder from none', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'elsewhere/skill.md': skill('a'), 'reyn/project/keep.md': '' });
      const place = path.join(dir, 'reyn/project/a');
      fs.symlinkSync(path.join(dir, 'elsewhere'), place);
      const catalog = open(dir);
      const stamp = () => catalog.list().map((entry) => catalog.pass().stampOf(entry).text)[0];
      const link = stamp();
      fs.rmSync(place);
      fs.renameSync(path.join(dir, 'elsewhere'), place);
      const folder = stamp();
      expect(folder).not.toBe(link);
      fs.mkdirSync(path.join(place, 'shared'));
      expect(stamp()).not.toBe(folder);
    });
  });

  it('gives the same stamp by a look and by reading, however odd the folder', async () => {
    await inFolder((dir) => {
      const deep = Array.from({ length: 12 }, (_, nth) => `d${nth}`).join('/');
      const place = path.join(dir, 'reyn/project/a');
      writeFiles(place, {
        'skill.md': skill('a'),
        [`${deep}/x.md`]: '',
        'shared/phases/x.md': '',
        'evals/cases.yaml': '',
        '.swp': '',
        'bad\\name': '',
        'large.bin': 'x'.repeat(2_000_000),
        'empty/.keep': '',
        ...Object.fromEntries(Array.from({ length: 510 }, (_, nth) => [`many/${nth}.md`, ''])),
      });
      fs.symlinkSync('skill.md', path.join(place, 'link.md'));
      execFileSync('mkfifo', [path.join(place, 'fifo')]);
      const catalog = open(dir);
      const pass = catalog.pass();
      for (const entry of catalog.list()) expect(pass.read(entry).stamp).toEqual(pass.stampOf(entry));
      const gone = { name: 'gone', origin: 'project', dir: path.join(dir, 'gone') } as const;
      expect(pass.read(gone).stamp).toEqual(pass.stampOf(gone));
      expect(catalog.list()).toHaveLength(1);
    });
  });
});
