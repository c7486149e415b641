import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReyn } from '../../../src/reyn.ts';
import { inProject, onePhase, type TestProject } from '../../project.ts';
import { dyingDisk } from './dying-disk.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const FIRST = onePhase('notes', NOTE);
const SECOND = FIRST.replace('Do the work.', 'Do the work well.');
const DIR = 'reyn/project/notes';

const env = (root: string) => ({ HOME: root, REYN_TRUST_PROJECT: '1' });

/** Rolls back in a process that dies at its `last`-th change. @returns how many there were. */
async function rollBack(root: string, last: number): Promise<number> {
  const disk = dyingDisk((call) => call >= last);
  const reyn = await openReyn({ root, env: env(root), disk });
  await reyn.versions.rollback('notes').catch(() => undefined);
  const calls = disk.calls();
  await reyn.close().catch(() => undefined);
  return calls;
}

const files = {
  'eval.md': 'the exam',
  'evals/a.jsonl': '{}',
  '.mine': 'x',
  'steps/a.js': 'export const a = (x) => x;',
};
const spec = { skills: { notes: { md: FIRST, files } } };

/** The folder in two versions; the second is in place and not kept yet. */
async function twoVersions({ reyn, write, root }: TestProject): Promise<void> {
  await reyn.versions.adopt('notes');
  write(`${DIR}/skill.md`, SECOND);
  fs.rmSync(path.join(root, DIR, 'steps'), { recursive: true });
}

function contents(root: string, dir = DIR): string[] {
  const top = path.join(root, dir);
  if (!fs.existsSync(top)) return [];
  const names = fs.readdirSync(top, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .filter((name) => fs.statSync(path.join(top, name)).isFile())
    .map((name) => `${name} ${fs.readFileSync(path.join(top, name), 'utf8')}`);
}

/** At every how many changes of the disk the process dies: 1 = at each. */
const STRIDE = Math.min(12, Number(process.env.REYN_CRASH_STRIDE ?? 12));

describe('an exchange of a skill folder', () => {
  it('that ends at any change of the disk leaves one whole version, and whoever looks the skill up goes on', async () => {
    const seen = new Set<string>();
    for (let last = 1 + Math.floor(Math.random() * STRIDE); ; last += STRIDE) {
      const isOver = await inProject(spec, async (project) => {
        const { root } = project;
        const first = contents(root);
        await twoVersions(project);
        const second = contents(root);
        const calls = await rollBack(root, last);
        const reyn = await project.reopen();
        reyn.skills.load('notes');
        await project.reopen(); // waits for the receipt
        const now = contents(root);
        expect([first, second], `died at ${last}`).toContainEqual(now);
        const list = await project.reyn.versions.list('notes');
        const receipts = project.reyn.events.query({ type: 'skill_rolled_back' }).length;
        const intents = project.reyn.events.query({ type: 'version_intended' }).length;
        const isFirst = JSON.stringify(now) === JSON.stringify(first);
        const came = `${isFirst ? 'first' : 'second'} ${list.current} ${list.state} ${intents} ${receipts}`;
        expect(['first 1 kept 1 1', 'second 1 changed 0 0', 'second 2 kept 0 0'], `died at ${last}: ${came}`).toContain(
          came,
        );
        seen.add(came);
        if (isFirst) {
          const beside = fs.readdirSync(path.join(root, 'reyn/project')).filter((name) => name.startsWith('.'));
          expect(beside, `died at ${last}`).toEqual([]);
          await project.reyn.versions.rollback('notes', 'v2');
          expect(contents(root)).toEqual(second);
        }
        return calls < last;
      });
      if (isOver) break;
    }
    expect(seen).toContain('first 1 kept 1 1');
    expect(seen.size).toBeGreaterThan(1);
  }, 300_000);

  it('that is under way hides no name: what lies beside is put in, never another skill of that name', async () => {
    await inProject({ skills: { direct_llm: { md: onePhase('direct_llm', NOTE) } } }, async (project) => {
      await project.reyn.versions.adopt('direct_llm');
      project.write('reyn/project/direct_llm/skill.md', onePhase('direct_llm', NOTE).replace('work.', 'work well.'));
      const { root } = project;
      const place = path.join(root, 'reyn/project/direct_llm');
      const reyn = await openReyn({ root, env: env(root), disk: dyingDisk((_, to) => to === place) });
      await expect(reyn.versions.rollback('direct_llm')).rejects.toThrow('died');
      await reyn.close().catch(() => undefined);
      expect(fs.existsSync(place)).toBe(false);
      const after = await project.reopen();
      expect(after.skills.list().find(({ name }) => name === 'direct_llm')).toMatchObject({ origin: 'project' });
      expect(after.skills.load('direct_llm').origin).toBe('project');
      await project.reopen();
      expect(project.reyn.events.query({ type: 'skill_rolled_back' })).toHaveLength(1);
    });
  });

  it.each([
    ['.notes.new', 'leaves the folder as it is'],
    ['/notes', 'says that the folder is out of its place, and fills it with nothing'],
  ])('that another machine began, and that stood at %s, is not gone on with: it %s', async (end) => {
    const homes = ['a', 'b'].map((name) => fs.mkdtempSync(path.join(os.tmpdir(), `reyn-home-${name}-`)));
    const [theirs, mine] = homes.map((HOME) => ({ HOME, REYN_TRUST_PROJECT: '1' }));
    await inProject({ ...spec, open: { env: theirs ?? {} } }, async (project) => {
      await twoVersions(project);
      const { root } = project;
      const disk = dyingDisk((_, to) => to.endsWith(`reyn/project/${end}`) || to.endsWith(`reyn/project${end}`));
      const reyn = await openReyn({ root, env: theirs ?? {}, disk });
      await expect(reyn.versions.rollback('notes')).rejects.toThrow('died');
      await reyn.close().catch(() => undefined);
      const before = contents(root);
      const after = await project.reopen({ env: mine ?? {} });
      if (end === '/notes') {
        expect(() => after.skills.load('notes')).toThrow("the log that says so is not this machine's");
        expect(fs.existsSync(path.join(root, DIR))).toBe(false);
        return;
      }
      after.skills.load('notes');
      await project.reopen({ env: mine ?? {} });
      expect(contents(root)).toEqual(before);
      const [dropped] = project.reyn.events.query({ type: 'version_dropped' });
      expect(dropped?.data).toMatchObject({ skill: 'notes', reason: 'it was not begun on this machine' });
      await project.reyn.versions.rollback('notes'); // and nothing of it stands in the way
    });
    for (const home of homes) fs.rmSync(home, { recursive: true });
  });

  it.each(['.reyn/skill-versions', '.reyn/skill-versions/notes'])(
    'writes nothing through a link at %s',
    async (link) => {
      await inProject(spec, async (project) => {
        const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-outside-'));
        const full = path.join(project.root, link);
        fs.mkdirSync(path.dirname(full), { recursive: true });
        fs.symlinkSync(outside, full);
        await expect(project.reyn.versions.adopt('notes')).rejects.toMatchObject({ code: 'refused' });
        expect(fs.readdirSync(outside)).toEqual([]);
        fs.rmSync(outside, { recursive: true });
      });
    },
  );

  it('that finds the folder changed after a crash leaves it, and the log says so', async () => {
    await inProject(spec, async (project) => {
      await twoVersions(project);
      const { root } = project;
      const disk = dyingDisk((_, dir) => dir.endsWith('.notes.new'));
      const reyn = await openReyn({ root, env: env(root), disk });
      await expect(reyn.versions.rollback('notes')).rejects.toThrow('died');
      await reyn.close().catch(() => undefined);
      const byHand = FIRST.replace('Do the work.', 'Do it by hand.');
      project.write(`${DIR}/skill.md`, byHand);
      (await project.reopen()).skills.load('notes');
      await project.reopen();
      expect(project.read(`${DIR}/skill.md`)).toBe(byHand);
      expect(project.reyn.events.query({ type: 'version_dropped' })).toHaveLength(1);
      expect(await project.reyn.versions.list('notes')).toMatchObject({ current: 2, state: 'changed' });
    });
  });

  it('keeps which files can be executed, and takes no link along', async () => {
    await inProject(spec, async (project) => {
      const script = path.join(project.root, DIR, 'scripts/go.sh');
      project.write(`${DIR}/scripts/go.sh`, '#!/bin/sh\n');
      fs.chmodSync(script, 0o755);
      await project.reyn.versions.adopt('notes');
      fs.rmSync(path.dirname(script), { recursive: true });
      await project.reyn.versions.rollback('notes');
      expect(fs.statSync(script).mode & 0o111).not.toBe(0);
      fs.symlinkSync('/etc', path.join(project.root, DIR, '.link'));
      await expect(project.reyn.versions.rollback('notes', 'v2')).rejects.toMatchObject({
        code: 'skill',
        message: expect.stringContaining('link'),
      });
    });
  });
});
