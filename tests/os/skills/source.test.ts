import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptLog } from '../../../src/os/errors.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { fingerprintOf, manifestOf } from '../../../src/os/skills/fingerprint.ts';
import { MAX_FILES, readSkillSource } from '../../../src/os/skills/read-source.ts';
import { MAX_FILE_BYTES } from '../../../src/os/skills/regular-file.ts';
import { packSource, readEvalFile, type SkillSource, unpackSource } from '../../../src/os/skills/source.ts';
import { head, inFolder, sourceOf, writeFiles } from './skill-files.ts';

const read = (dir: string, name = 'demo') => readSkillSource(dir, { name, origin: 'project' });
const unread = ({ unread: findings = [] }: SkillSource) => findings.map(({ rule, file }) => `${file} ${rule}`);

const SCRIPT = 'evals/scripted.yaml';

describe('reading a skill folder', () => {
  it('takes every regular file, sorted, without eval files and dotfiles', async () => {
    await inFolder((dir) => {
      writeFiles(dir, {
        'skill.md': 'a',
        'phases/b.md': 'b',
        'artifacts/a.yaml': 'c',
        'steps/deep/er.js': 'd',
        'notes/evals/x.md': 'e',
        'eval.md': 'no',
        'evals/scripted.yaml': 'no',
        '.hidden': 'no',
        '.git/config': 'no',
        'phases/.swp': 'no',
      });
      const { files, ...source } = read(dir);
      expect([...files.keys()]).toEqual([
        'artifacts/a.yaml',
        'notes/evals/x.md',
        'phases/b.md',
        'skill.md',
        'steps/deep/er.js',
      ]);
      expect(Buffer.from(files.get('phases/b.md') ?? '').toString()).toBe('b');
      expect(source).toEqual({ name: 'demo', origin: 'project', dir });
    });
  });

  it('names a folder inside the project relative to it', async () => {
    await inFolder((dir) => {
      const options = { name: 'demo', origin: 'project', root: dir } as const;
      expect(readSkillSource(path.join(dir, 'reyn/project/demo'), options).dir).toBe('reyn/project/demo');
      expect(readSkillSource(dir, options).dir).toBe('.');
      expect(readSkillSource('/elsewhere/demo', options).dir).toBe('/elsewhere/demo');
    });
  });

  it('refuses links to files and folders, and a folder that is a link', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'demo/skill.md': 'a', 'outside/secret.md': 'b' });
      fs.symlinkSync(path.join(dir, 'outside/secret.md'), path.join(dir, 'demo/linked.md'));
      fs.symlinkSync(path.join(dir, 'outside'), path.join(dir, 'demo/phases'));
      fs.symlinkSync(path.join(dir, 'nothing'), path.join(dir, 'demo/dangling'));
      fs.symlinkSync(path.join(dir, 'demo'), path.join(dir, 'link'));
      const source = read(path.join(dir, 'demo'));
      expect([...source.files.keys()]).toEqual(['skill.md']);
      expect(unread(source).sort()).toEqual(['dangling format/link', 'linked.md format/link', 'phases format/link']);
      expect(compileSkill(source).findings.map(({ rule }) => rule)).toContain('format/link');
      const linked = read(path.join(dir, 'link'));
      expect([linked.files.size, unread(linked)]).toEqual([0, ['. format/link']]);
    });
  });

  it('refuses what is neither file nor folder without waiting for it', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'skill.md': 'a' });
      execFileSync('mkfifo', [path.join(dir, 'pipe.md')]);
      expect(unread(read(dir))).toEqual(['pipe.md format/not-a-file']);
    });
  });

  it('bounds size, number and depth', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'large.txt': 'x'.repeat(MAX_FILE_BYTES + 1), 'fits.txt': 'x'.repeat(MAX_FILE_BYTES) });
      writeFiles(dir, { [`${'d/'.repeat(12)}deep.txt`]: 'x' });
      for (let n = 0; n < 9; n++) writeFiles(dir, { [`z${n}.bin`]: 'x'.repeat(MAX_FILE_BYTES) });
      expect(unread(read(dir))).toEqual([
        'd/d/d/d/d/d/d/d/d format/too-deep',
        'large.txt format/too-large',
        'z7.bin format/too-large',
        'z8.bin format/too-large',
      ]);
    });
    await inFolder((dir) => {
      for (let n = 0; n < MAX_FILES + 5; n++) writeFiles(dir, { [`f${n}`]: '' });
      const source = read(dir);
      expect([source.files.size, unread(source).length]).toEqual([MAX_FILES, 1]);
    });
  });

  it('refuses names that could be read two ways', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { 'a\nb.md': '', 'a\\b.md': '', 'shared/phases/x.md': '', 'ok é.md': '' });
      const source = read(dir);
      expect([...source.files.keys()]).toEqual(['ok é.md']);
      expect(unread(source).sort()).toEqual([
        'a\nb.md format/file-name',
        'a\\b.md format/file-name',
        'shared format/reserved-folder',
      ]);
    });
  });

  it('says that a folder is not there, or is no folder', async () => {
    await inFolder((dir) => {
      writeFiles(dir, { file: '' });
      expect(unread(read(path.join(dir, 'nothing')))).toEqual(['. format/no-folder']);
      expect(unread(read(path.join(dir, 'file')))).toEqual(['. format/no-folder']);
      expect(compileSkill(read(path.join(dir, 'nothing'))).findings.map(({ rule }) => rule)).toEqual([
        'format/no-folder',
      ]);
    });
  });

  it('reads the rules of the scripted model apart, and follows no link to them', async () => {
    await inFolder((dir) => {
      expect(readEvalFile(dir, SCRIPT)).toBeUndefined();
      writeFiles(dir, { 'evals/scripted.yaml': 'rules: []\n', 'other/evals/x': '' });
      expect(readEvalFile(dir, SCRIPT)).toBe('rules: []\n');
      fs.symlinkSync(path.join(dir, 'evals/scripted.yaml'), path.join(dir, 'other/evals/scripted.yaml'));
      expect(readEvalFile(path.join(dir, 'other'), SCRIPT)).toBeUndefined();
      fs.symlinkSync(path.join(dir, 'evals'), path.join(dir, 'linked'));
      expect(readEvalFile(path.join(dir, 'linked'), SCRIPT)).toBeUndefined();
    });
  });
});

describe('the fingerprint', () => {
  it('is the SHA-256 of what sha256sum prints for the files', async () => {
    await inFolder((dir) => {
      writeFiles(dir, {
        'skill.md': 'a\n',
        'phases/b.md': 'b',
        'phases-2.md': 'c',
        'é.md': 'd',
        'eval.md': 'x',
        'evals/y': 'y',
      });
      const command = `find . -type f ! -path '*[/].*' ! -path './evals/*' ! -path ./eval.md -printf '%P\\n' |
        LC_ALL=C sort | xargs -d '\\n' sha256sum`;
      const shell = (text: string) => execFileSync('sh', ['-c', text], { cwd: dir, encoding: 'utf8' });
      const source = read(dir);
      expect(manifestOf(source)).toBe(shell(command));
      expect(`${fingerprintOf(source)}  -\n`).toBe(shell(`${command} | sha256sum`));
    });
  });

  it('changes with any byte, name or shared file, and with nothing else', () => {
    const base = { 'skill.md': head(), 'phases/a.md': 'x' };
    const print = (files: Record<string, string>) => fingerprintOf(sourceOf(files));
    const others = [
      { ...base, 'phases/a.md': 'y' },
      { ...base, 'phases/b.md': 'x' },
      { ...base, 'shared/phases/a.md': 'x' },
      { 'skill.md': head(), 'phases/b.md': 'x' },
      { 'skill.md': head() },
    ].map(print);
    expect(new Set([print(base), ...others]).size).toBe(6);
    const { files } = sourceOf(base);
    expect(fingerprintOf({ files: new Map([...files].reverse()) })).toBe(print(base));
    expect(fingerprintOf(sourceOf(base, 'other', 'local'))).toBe(print(base));
  });
});

describe('a packed source', () => {
  it('unpacks to the same source, whatever bytes it holds', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    const files = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), bytes, {
      maxKeys: 5,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(files, (given) => {
        const source = sourceOf(given);
        const back = unpackSource(packSource(source));
        expect([back.name, back.origin, back.dir]).toEqual([source.name, source.origin, source.dir]);
        expect(fingerprintOf(back)).toBe(fingerprintOf(source));
        expect(packSource(back)).toBe(packSource(source));
      }),
    );
  });

  it('is the same text whatever order the files came in', () => {
    const source = sourceOf({ 'b.md': 'b', 'a.md': 'a', '\uFEFF': '\uFEFF' });
    expect(packSource({ ...source, files: new Map([...source.files].reverse()) })).toBe(packSource(source));
  });

  it('compiles to the same skill', () => {
    const source = sourceOf({ 'skill.md': `${head()}Go.\n` });
    expect(compileSkill(unpackSource(packSource(source))).skill).toEqual(compileSkill(source).skill);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"v":2}',
    '{"v":1,"name":"a","origin":"x","dir":"","files":[]}',
    '{"v":1,"name":"a","origin":"path","dir":"","files":[["a",1]]}',
  ])('is corrupt when it is %j', (text) => {
    expect(() => unpackSource(text)).toThrow(CorruptLog);
  });
});
