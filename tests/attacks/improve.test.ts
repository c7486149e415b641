import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, ofType, onePhase, person } from '../project.ts';

const NOTES = onePhase('notes', 'artifacts: { note: { text: string } }');
const spec = { skills: { notes: { md: NOTES } } };
const HASH = 'a'.repeat(64);
const VERSIONS = '.reyn/skill-versions';

describe('a project that brings versions of its own', () => {
  it.each([
    ['is no JSON', '{'],
    ['nests deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['has members of other kinds', { v: 1, last: 1, versions: [version({ date: { toString: 1 } })] }],
    ['has a score that is text', { v: 1, last: 1, versions: [version({ score: '1' })] }],
    ['names a file outside', { v: 1, last: 1, versions: [version({ main: '../../../reyn.yaml' })] }],
    ['counts from elsewhere', { v: 1, last: 1, versions: [version({ version: '../x' })] }],
  ])('whose list %s is told that it cannot be read, and nothing else happens', async (_, index) => {
    await inProject(spec, async (project) => {
      project.write(`${VERSIONS}/notes/index.json`, typeof index === 'string' ? index : JSON.stringify(index));
      project.write(`${VERSIONS}/notes/current`, '1');
      await expect(project.reyn.versions.list('notes')).rejects.toMatchObject({ code: 'corrupt' });
      await expect(project.reyn.versions.adopt('notes')).rejects.toMatchObject({ code: 'corrupt' });
      expect(project.read('reyn/project/notes/skill.md')).toBe(NOTES);
    });
  });

  it('puts none of them in place whose files are not what its list says', async () => {
    await inProject(spec, async (project) => {
      await project.reyn.versions.adopt('notes');
      project.write('reyn/project/notes/skill.md', `${NOTES}More.\n`);
      await project.reyn.versions.adopt('notes');
      project.write(`${VERSIONS}/notes/v1.md`, `${NOTES}Planted.\n`);
      await expect(project.reyn.versions.rollback('notes')).rejects.toMatchObject({ code: 'corrupt' });
      fs.rmSync(path.join(project.root, VERSIONS, 'notes/v1.md'));
      const secret = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-secret-')), 'id_rsa');
      fs.writeFileSync(secret, 'a key');
      fs.symlinkSync(secret, path.join(project.root, VERSIONS, 'notes/v1.md'));
      await expect(project.reyn.versions.diff('notes', 'v1')).rejects.toMatchObject({ code: 'corrupt' });
      expect(project.read('reyn/project/notes/skill.md')).toBe(`${NOTES}More.\n`);
    });
  });

  it.each(['.under-way', '.'])('has nothing removed where a link at %s leads', async (at) => {
    await inProject(spec, async (project) => {
      const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-outside-'));
      fs.mkdirSync(path.join(outside, '.under-way'));
      for (const file of ['mine', '.under-way/mine']) fs.writeFileSync(path.join(outside, file), '');
      const link = path.join(project.root, VERSIONS, at);
      fs.mkdirSync(path.join(project.root, '.reyn/locks'), { recursive: true });
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(outside, link);
      expect(project.reyn.skills.list().some(({ name }) => name === 'notes')).toBe(true);
      project.reyn.skills.load('notes');
      expect(fs.readdirSync(outside, { recursive: true }).sort()).toEqual(['.under-way', '.under-way/mine', 'mine']);
      fs.rmSync(outside, { recursive: true });
    });
  });

  it.each([
    ['a folder in place of a mark', (dir: string) => fs.mkdirSync(`${dir}/.under-way/notes`, { recursive: true })],
    [
      'a file in place of the marks',
      (dir: string) => {
        fs.mkdirSync(dir, { recursive: true });
        fs.writeFileSync(`${dir}/.under-way`, '');
      },
    ],
    [
      'marks of strange names',
      (dir: string) => {
        fs.mkdirSync(`${dir}/.under-way`, { recursive: true });
        const names = ['a b', '__proto__', 'x\ny', '-rf', '..x', 'é', 'notes'];
        for (const name of names) fs.writeFileSync(`${dir}/.under-way/${name}`, '');
      },
    ],
  ])('stops no command by %s', async (_, plant) => {
    await inProject(spec, async (project) => {
      plant(path.join(project.root, VERSIONS));
      expect(project.reyn.skills.list().some(({ name }) => name === 'notes')).toBe(true);
      expect(project.reyn.skills.load('notes').name).toBe('notes');
    });
  });
});

describe('eval files of a skill whose folder is a link', () => {
  it.each(['in the project', 'beside it'])('are closed to every run where they lie, %s', async (where) => {
    const reader = onePhase(
      'reader',
      'artifacts: { done: { text: string } }',
      'permissions: { file: { read: ["**", "/**"] } }',
    );
    await inProject({ skills: { reader: { md: reader } } }, async (project) => {
      const elsewhere =
        where === 'in the project' ? project.root : fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-skills-'));
      const dir = path.join(fs.realpathSync(elsewhere), 'skills/notes');
      fs.mkdirSync(path.join(dir, 'evals'), { recursive: true });
      fs.writeFileSync(path.join(dir, 'skill.md'), NOTES);
      fs.writeFileSync(path.join(dir, 'evals/cases.jsonl'), 'the exam');
      fs.symlinkSync(dir, path.join(project.root, 'reyn/project/notes'));
      const file = where === 'in the project' ? 'skills/notes/evals/cases.jsonl' : path.join(dir, 'evals/cases.jsonl');
      project.skill('reader', {
        rules: [
          { match: { turn: 1 }, turn: { ops: [{ kind: 'read_file', args: { path: file } }] } },
          { turn: { finish: { text: 'done' } } },
        ],
      });
      await project.reopen();
      const { ask } = person('once', 'once');
      const { run } = await project.run('reader', 'go', { ask });
      const [denied] = ofType(project.events(run), 'permission_denied');
      expect(denied?.data).toMatchObject({ need: 'file.read', by: 'protection eval' });
      expect(JSON.stringify(project.events(run))).not.toContain('the exam');
    });
  });
});

function version(rest: object): object {
  return { version: 1, skill_version_hash: HASH, date: '', reason: '', by: '', own: HASH, ...rest };
}
