import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../src/cli/main.ts';
import { simulatedClock } from '../src/os/clock.ts';
import { ioWith } from './cli/surroundings.ts';
import { inProject } from './project.ts';

const FOREIGN = path.resolve('tests/foreign/skills');
const open = { clock: simulatedClock(Date.UTC(2026, 0, 2)) };

/** Files of a folder by path, as texts. */
function filesIn(dir: string): Record<string, string> {
  const entries = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return [path.relative(dir, full), fs.readFileSync(full, 'utf8')];
    }),
  );
}

describe('importing a folder', () => {
  it('of Agent Skills copies every file and writes into metadata where it comes from', () =>
    inProject({ open }, async ({ reyn, root, run }) => {
      const from = path.join(FOREIGN, 'pdf-forms');
      expect(await reyn.skills.importFrom(from)).toBe('reyn/project/pdf-forms');
      const { 'SKILL.md': before = '', ...others } = filesIn(from);
      const { 'SKILL.md': after = '', ...copied } = filesIn(path.join(root, 'reyn/project/pdf-forms'));
      expect(copied).toEqual(others);
      const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
      expect(added).toEqual([
        `  imported_from: ${from}`,
        '  imported_at: "2026-01-02T00:00:00.000Z"',
        '  imported_format: agent-skill',
        expect.stringMatching(/^ {2}imported_revision: "?[0-9a-f]{64}"?$/),
      ]);
      expect(
        after
          .split('\n')
          .filter((line) => !added.includes(line))
          .join('\n'),
      ).toBe(before);
      expect(await run('pdf-forms', 'Which fields?')).toMatchObject({ status: 'finished' });
      expect(await reyn.skills.exportTo('pdf-forms')).toBe('agent-skills/pdf-forms');
      expect(filesIn(path.join(root, 'agent-skills/pdf-forms'))).toEqual({
        'SKILL.md': after,
        'references/FIELDS.md': others['references/FIELDS.md'],
        'scripts/fields.py': others['scripts/fields.py'],
      });
    }));

  it('of the original dialect writes keys, under another name when asked', () =>
    inProject({ open }, async ({ reyn, read }) => {
      await reyn.skills.importFrom(path.join(FOREIGN, 'imported_before'), 'taken_in');
      const text = read('reyn/project/taken_in/skill.md') ?? '';
      expect(text).toMatch(/^name: taken_in$/m);
      expect(text).toMatch(/^imported_format: reyn$/m);
      expect(text).toContain('imported_at: "2026-01-02T00:00:00.000Z"');
      expect(text).not.toContain('claude-skill');
      expect(reyn.skills.load('taken_in').library).toMatchObject({ imported_format: 'reyn' });
    }));

  it.each([
    ['no skill', {}, /neither skill\.md nor SKILL\.md/],
    ['no front matter', { 'SKILL.md': '# Hi\n' }, /front matter cannot be changed/],
    ['keys in one line', { 'skill.md': '---\n&a {name: x}\n---\n' }, /front matter cannot be changed/],
  ])('is refused with %s, and nothing is left behind', (_, files, message) =>
    inProject({ files: { 'from/here/keep.txt': 'x', ...below('from/here', files) } }, async ({ reyn, root }) => {
      await expect(reyn.skills.importFrom('from/here')).rejects.toThrow(message);
      expect(fs.existsSync(path.join(root, 'reyn/project'))).toBe(false);
    }),
  );

  it('keeps what can be executed executable, and so does exporting it', () =>
    inProject({ files: { 'from/here/SKILL.md': '---\nname: here\ndescription: x\n---\nGo.\n' } }, async (project) => {
      project.write('from/here/scripts/run.sh', '#!/bin/sh\n');
      fs.chmodSync(path.join(project.root, 'from/here/scripts/run.sh'), 0o755);
      const bits = (file: string) => fs.statSync(path.join(project.root, file)).mode & 0o100;
      await project.reyn.skills.importFrom('from/here');
      await project.reyn.skills.exportTo('here');
      expect(bits('reyn/project/here/scripts/run.sh')).toBe(0o100);
      expect(bits('agent-skills/here/scripts/run.sh')).toBe(0o100);
      expect(bits('agent-skills/here/SKILL.md')).toBe(0);
    }));

  it('does not follow a link out of the folder', () =>
    inProject({ files: { 'from/here/SKILL.md': '---\nname: here\ndescription: x\n---\nGo.\n' } }, async (project) => {
      fs.symlinkSync('/etc/hostname', path.join(project.root, 'from/here/host'));
      await expect(project.reyn.skills.importFrom('from/here')).rejects.toThrow(/symbolic links/);
      fs.rmSync(path.join(project.root, 'from/here/host'));
      fs.mkdirSync(path.join(project.root, 'from/here/evals'));
      fs.symlinkSync('/etc', path.join(project.root, 'from/here/evals/etc'));
      await project.reyn.skills.importFrom('from/here');
      expect(Object.keys(filesIn(path.join(project.root, 'reyn/project/here')))).toEqual(['SKILL.md']);
    }));
});

describe('copying an Agent Skills folder', () => {
  it('gives the copy its name', () =>
    inProject(
      { files: { 'reyn/local/here/SKILL.md': '---\nname: here\ndescription: x\n---\nGo.\n' } },
      async (project) => {
        await project.reyn.skills.copy('here', 'there');
        expect(project.read('reyn/project/there/SKILL.md')).toBe('---\nname: there\ndescription: x\n---\nGo.\n');
        expect(project.reyn.skills.lint(['there', 'reyn/local/here'])).toEqual([]);
        expect(
          project.reyn.skills
            .list()
            .filter(({ origin }) => origin !== 'stdlib')
            .map(({ name, description }) => `${name}: ${description}`),
        ).toEqual(['here: x', 'there: x']);
      },
    ));
});

describe('reyn skill export', () => {
  const md = '---\nname: here\ndescription: x\n---\nGo.\n';

  it('writes a folder once, where it is told', () =>
    inProject({ files: { 'reyn/local/here/SKILL.md': md } }, async ({ root, read }) => {
      const { io, captured } = ioWith({ cwd: root, env: { HOME: root } });
      expect(await runCli(['skill', 'export', 'here', '--to', 'agent-skill', '--out', 'dist'], io)).toBe(0);
      expect([captured.out, read('dist/here/SKILL.md')]).toEqual(['dist/here\n', md]);
      expect(await runCli(['skill', 'export', 'here', '--out', 'dist'], io)).toBe(2);
      expect(captured.err).toContain('there is a folder already');
    }));

  it('exits 2 and writes nothing when the folder would not be valid', () =>
    inProject({ files: { 'reyn/local/here/SKILL.md': '---\nname: here\n---\nGo.\n' } }, async ({ root }) => {
      const { io, captured } = ioWith({ cwd: root, env: { HOME: root } });
      expect(await runCli(['skill', 'export', 'here'], io)).toBe(2);
      expect(captured.err).toMatch(/SKILL\.md has no description/);
      expect(fs.existsSync(path.join(root, 'agent-skills'))).toBe(false);
    }));
});

function below(dir: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${dir}/${file}`, text]));
}
