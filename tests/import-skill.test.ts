import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { filesOfCommit } from '../src/import-commit.ts';
import { simulatedClock } from '../src/os/clock.ts';
import { bundleOf, type Entry, SKILL, tarOf } from './os/skills/bundle/tar.ts';
import { inProject, onePhase, person, phase, phases, type TestProject } from './project.ts';

const NOTE = ['artifacts: { note: { text: string } }', 'final_output: note'];
const RULES = JSON.stringify({ rules: [{ turn: { finish: { text: 'done' } } }] });
const open = { clock: simulatedClock(Date.UTC(2026, 0, 2)) };

/** Everything below a folder, files and folders. */
function below(dir: string): string[] {
  return fs.existsSync(dir) ? fs.readdirSync(dir, { recursive: true }).map(String).sort() : [];
}

const put = ({ root }: TestProject, file: string, bytes: Uint8Array) => fs.writeFileSync(path.join(root, file), bytes);
const refusals = ({ reyn }: TestProject) => reyn.events.query({ type: 'skill_refused' });

describe('importing a bundle', () => {
  it('gives an ordinary skill that says where it comes from, and one event', () =>
    inProject({ open }, async (project) => {
      put(project, 'here.tar.gz', gzipSync(bundleOf({ ...SKILL, 'evals/scripted.yaml': RULES })));
      expect(await project.reyn.skills.importFrom('here.tar.gz')).toBe('reyn/project/here');
      const text = project.read('reyn/project/here/skill.md') ?? '';
      expect(text).toContain('imported_from: here.tar.gz\n');
      expect(text).toContain('imported_at: "2026-01-02T00:00:00.000Z"\n');
      expect(text).toMatch(/^imported_revision: "?[0-9a-f]{64}"?$/m);
      expect(project.read('reyn/project/here/notes/a.md')).toBe('A.\n');
      expect(fs.readdirSync(path.join(project.root, 'reyn/project'))).toEqual(['here']);
      const created = project.reyn.events.query({ type: 'skill_created' });
      const { fingerprint } = project.reyn.skills.load('here');
      expect(created.map(({ data }) => data)).toEqual([
        { skill: 'here', skill_version_hash: fingerprint, from: 'here.tar.gz' },
      ]);
      expect((await project.run('here', 'go')).status).toBe('finished');
    }));

  it('takes what another project exported, evals and executable files too', () =>
    inProject(
      { open, skills: { here: { md: onePhase('here', ...NOTE), files: { 'evals/a.yaml': 'x: 1\n' } } } },
      async (from) => {
        from.write('reyn/project/here/scripts/run.sh', '#!/bin/sh\n');
        fs.chmodSync(path.join(from.root, 'reyn/project/here/scripts/run.sh'), 0o755);
        expect(await from.reyn.skills.bundleTo('here')).toBe('bundles/here.tar.gz');
        await expect(from.reyn.skills.bundleTo('here')).rejects.toThrow('there is such a file already');
        await inProject({ open }, async (to) => {
          await to.reyn.skills.importFrom(path.join(from.root, 'bundles/here.tar.gz'), 'there');
          const dir = path.join(to.root, 'reyn/project/there');
          expect(below(dir)).toEqual(['evals', 'evals/a.yaml', 'scripts', 'scripts/run.sh', 'skill.md']);
          expect(fs.statSync(path.join(dir, 'scripts/run.sh')).mode & 0o111).not.toBe(0);
          expect(fs.statSync(path.join(dir, 'skill.md')).mode & 0o111).toBe(0);
          expect(to.reyn.skills.load('there').name).toBe('there');
        });
      },
    ));

  const bad: [string, Uint8Array][] = [
    ['a way out', bundleOf(SKILL, [{ name: '../../evil', text: 'x' }])],
    ['a link', bundleOf(SKILL, [{ name: 'l', type: '2', link: '/etc' } satisfies Entry])],
    ['no manifest', tarOf([{ name: 'skill.md', text: SKILL['skill.md'] ?? '' }])],
    ['code as front matter', bundleOf({ 'skill.md': '---js\n{a:(globalThis.PWN=1)}\n---\n' })],
    ['code as front matter, spelt otherwise', bundleOf({ 'skill.md': '--- js\n{a:(globalThis.PWN=1)}\n---\n' })],
    ['a skill that does not load', bundleOf({ 'skill.md': '---\nname: here\ngraph: 7\n---\nGo.\n' })],
    ['no skill', bundleOf({ 'README.md': 'Hi.\n' })],
  ];

  it.each(bad)('with %s is refused: one event, and nothing else anywhere', (_, bytes) =>
    inProject({ open, skills: { other: { md: onePhase('other', ...NOTE) } } }, async (project) => {
      fs.mkdirSync(path.join(project.root, 'inner'));
      put(project, 'here.tar', bytes);
      const before = below(project.root).filter((file) => !file.startsWith('.reyn'));
      await expect(project.reyn.skills.importFrom('here.tar')).rejects.toMatchObject({ code: 'skill' });
      expect(below(project.root).filter((file) => !file.startsWith('.reyn'))).toEqual(before);
      expect(fs.existsSync(path.join(path.dirname(project.root), 'evil'))).toBe(false);
      expect((globalThis as { PWN?: unknown }).PWN).toBeUndefined();
      expect(refusals(project).map(({ data }) => data)).toEqual([{ from: 'here.tar', reason: expect.any(String) }]);
      expect(project.reyn.events.query({ type: 'skill_created' })).toEqual([]);
    }),
  );

  it('of a name that the project has, or that is none, is refused', () =>
    inProject({ open, skills: { here: { md: onePhase('here', ...NOTE) } } }, async (project) => {
      put(project, 'here.tar', bundleOf(SKILL));
      await expect(project.reyn.skills.importFrom('here.tar')).rejects.toThrow('there is a skill "here"');
      put(project, 'odd.tar', bundleOf(SKILL, [], { name: '../evil' }));
      await expect(project.reyn.skills.importFrom('odd.tar')).rejects.toMatchObject({ code: 'usage' });
      expect(await project.reyn.skills.importFrom('odd.tar', 'mine')).toBe('reyn/project/mine');
    }));

  it('that is a link, a folder or a pipe is refused without waiting', () =>
    inProject({ open }, async (project) => {
      put(project, 'real.tar', bundleOf(SKILL));
      fs.symlinkSync('real.tar', path.join(project.root, 'link.tar'));
      fs.mkdirSync(path.join(project.root, 'folder.tar'));
      execFileSync('mkfifo', [path.join(project.root, 'pipe.tar')]);
      await expect(project.reyn.skills.importFrom('link.tar')).rejects.toThrow(/symbolic link/);
      await expect(project.reyn.skills.importFrom('folder.tar')).rejects.toThrow(/regular file/);
      await expect(project.reyn.skills.importFrom('pipe.tar')).rejects.toThrow(/regular file/);
      await expect(project.reyn.skills.importFrom('none.tar')).rejects.toMatchObject({ code: 'not_found' });
    }));
});

describe('an imported skill', () => {
  it('that is edited is another version: what was allowed to the first is asked again', async () => {
    const home = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-home-'));
    const rules = [
      { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'out/x.txt', content: 'x' } }] } },
      { turn: { finish: { text: 'done' } } },
    ];
    const front = [...NOTE, 'permissions: { file: { write: ["out/**"] } }'];
    const md = phases('writer', front, phase('writer', 'input: user_message', 'allowed_ops: [write_file]'));
    const files = { 'skill.md': md, 'evals/scripted.yaml': JSON.stringify({ rules }) };
    await inProject({ open: { env: { HOME: home, REYN_TRUST_PROJECT: '1' } } }, async (project) => {
      put(project, 'writer.tar', bundleOf(files, [], { name: 'writer' }));
      await project.reyn.skills.importFrom('writer.tar');
      const always = person('always');
      expect((await project.run('writer', 'go', always)).status).toBe('finished');
      expect(always.asked).toHaveLength(1);
      expect((await project.run('writer', 'go')).status).toBe('finished');
      const text = project.read('reyn/project/writer/skill.md') ?? '';
      project.write('reyn/project/writer/skill.md', text.replace('Do the part', 'Do another part'));
      const after = await project.run('writer', 'go');
      expect(after).toMatchObject({ status: 'waiting', waiting: [{ kind: 'permission' }] });
    });
    fs.rmSync(home, { recursive: true, force: true });
  });
});

describe('exporting a bundle', () => {
  it('of a skill with a file that could not be read back is refused, and nothing is written', () =>
    inProject(
      { skills: { here: { md: onePhase('here', ...NOTE), files: { 'manifest.json': '{}' } } } },
      async (project) => {
        await expect(project.reyn.skills.bundleTo('here')).rejects.toThrow(/twice/);
        expect(fs.existsSync(path.join(project.root, 'bundles'))).toBe(false);
      },
    ));
});

describe('importing from a repository', () => {
  const commit = '0'.repeat(40);

  it.each([
    '--upload-pack=touch pwn',
    'file:///etc',
    'git@169.254.169.254:x/y',
    `https://git.test/x#-c`,
    `https://user:pass@git.test/x#${commit}`,
    'https://git.test/x',
    `http://git.test/x#${commit}`,
    `ssh://git.test/x#${commit}`,
    `ext::sh -c touch% pwn`,
    `https://127.0.0.1/x#${commit}`,
    `https://169.254.169.254/x#${commit}`,
    `https://localhost/x#${commit}`,
    `https://git.test/x?token=secret#${commit}`,
  ])('refuses %s: one event, which holds no secret of it', (from) =>
    inProject({ open }, async (project) => {
      const before = below(project.root).filter((file) => !file.startsWith('.reyn'));
      await expect(project.reyn.skills.importFrom(from)).rejects.toMatchObject({ code: 'refused' });
      expect(below(project.root).filter((file) => !file.startsWith('.reyn'))).toEqual(before);
      const [event, ...more] = refusals(project);
      expect(more).toEqual([]);
      expect(JSON.stringify(event)).not.toMatch(/user:pass|secret|pwn|git\.test/);
    }),
  );

  /** A bare repository with one commit of these files, and of what `also` does in the work tree. */
  function repository(dir: string, files: Readonly<Record<string, string>>, also: (git: Git, work: string) => void) {
    const work = path.join(dir, 'work');
    const env = { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const git: Git = (...args) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: work, env, encoding: 'utf8' });
    fs.mkdirSync(work);
    git('init', '-q');
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(work, file)), { recursive: true });
      fs.writeFileSync(path.join(work, file), text);
    }
    git('add', '-A');
    also(git, work);
    git('commit', '-q', '-m', 'x');
    const home = path.join(dir, 'home');
    fs.mkdirSync(home);
    const at = git('rev-parse', 'HEAD').trim();
    const opened = { gitDir: path.join(work, '.git'), home, path: process.env.PATH ?? '' };
    return { repository: { ...opened, signal: new AbortController().signal }, at };
  }
  type Git = (...args: string[]) => string;

  const inFolder = (body: (dir: string) => Promise<void>) => inProject({}, ({ root }) => body(root));

  it('takes the regular files of a commit, or of a folder in it, and leaves out what begins with a dot', () =>
    inFolder(async (dir) => {
      const files = {
        'skill.md': 'S',
        'a/b.md': 'B',
        '.gitignore': 'x',
        '.github/w.yml': 'x',
        'a/run.sh': 'R',
        'é.md': '',
      };
      const { repository: repo, at } = repository(dir, files, (git, work) => {
        fs.chmodSync(path.join(work, 'a/run.sh'), 0o755);
        git('add', '-A');
      });
      const whole = await filesOfCommit(repo, at, '');
      expect(
        [...whole].map(([name, { bytes, executable }]) => [name, Buffer.from(bytes).toString(), executable]),
      ).toEqual([
        ['a/b.md', 'B', false],
        ['a/run.sh', 'R', true],
        ['skill.md', 'S', false],
        ['é.md', '', false],
      ]);
      expect([...(await filesOfCommit(repo, at, 'a')).keys()]).toEqual(['b.md', 'run.sh']);
      await expect(filesOfCommit(repo, at, 'none')).rejects.toMatchObject({ code: 'git' });
      await expect(filesOfCommit(repo, at, '--help')).rejects.toMatchObject({ code: 'git' });
      await expect(filesOfCommit(repo, at, '../x')).rejects.toMatchObject({ code: 'skill' });
    }));

  it('runs nothing that the repository names', () =>
    inFolder(async (dir) => {
      const { repository: repo, at } = repository(
        dir,
        { 'skill.md': 'S', '.gitattributes': '* filter=evil' },
        () => {},
      );
      const evil = `touch ${dir}/pwn`;
      fs.appendFileSync(
        path.join(repo.gitDir, 'config'),
        `[core]\n\tfsmonitor = "${evil}"\n\tpager = "${evil}"\n\thooksPath = ${dir}\n\tsshCommand = "${evil}"\n[filter "evil"]\n\tsmudge = "${evil}"\n[alias]\n\tls-tree = "!${evil}"\n`,
      );
      expect([...(await filesOfCommit(repo, at, '')).keys()]).toEqual(['skill.md']);
      expect(fs.existsSync(path.join(dir, 'pwn'))).toBe(false);
    }));

  it('refuses links, submodules and names that are one on some disks', () =>
    inFolder(async (dir) => {
      const adding = (act: (work: string) => void) => (git: Git, work: string) => {
        act(work);
        git('add', '-A');
      };
      const file = (name: string, text = '') => adding((work) => fs.writeFileSync(path.join(work, name), text));
      const submodule = (git: Git) => git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
      const cases: [(git: Git, work: string) => void, RegExp][] = [
        [adding((work) => fs.symlinkSync('/etc', path.join(work, 'l'))), /symbolic link/],
        [submodule, /submodule/],
        [file('Skill.md'), /one on some disks/],
        [file('a\rb'), /does not show/],
        [file('big', 'x'.repeat(1_100_000)), /larger/],
      ];
      for (const [at, [also, message]] of cases.entries()) {
        const place = path.join(dir, String(at));
        fs.mkdirSync(place);
        const made = repository(place, { 'skill.md': 'S' }, also);
        await expect(filesOfCommit(made.repository, made.at, '')).rejects.toThrow(message);
      }
    }));
});
