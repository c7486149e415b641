import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, onePhase, person, phase, phases, type TestProject } from '../../project.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const NOTES = onePhase('notes', NOTE);
const DIR = 'reyn/project/notes';
const text = (word: string) => NOTES.replace('Do the work.', `Do the work ${word}.`);
const spec = (...config: string[]) => ({ skills: { notes: { md: NOTES } }, config });

async function adopt(project: TestProject, ...words: string[]): Promise<void> {
  for (const word of words) {
    project.write(`${DIR}/skill.md`, text(word));
    await project.reyn.versions.adopt('notes');
  }
}

const numbers = async ({ reyn }: TestProject) =>
  (await reyn.versions.list('notes')).versions.map(({ version }) => version);
const lies = ({ root }: TestProject) => fs.readdirSync(path.join(root, '.reyn/skill-versions/notes')).sort().join(' ');

describe('the versions that are kept of a skill', () => {
  it('lie as readable files, with a plain file that names the current one', async () => {
    await inProject(spec(), async (project) => {
      project.write(`${DIR}/steps/a.js`, 'export const a = (x) => x;\n');
      await adopt(project, 'well', 'better');
      expect(lies(project)).toBe('current index.json v1 v1.md v2 v2.md');
      const at = '.reyn/skill-versions/notes';
      expect(project.read(`${at}/current`)).toBe('2\n');
      expect(project.read(`${at}/v2.md`)).toBe(text('better'));
      expect(project.read(`${at}/v1/steps/a.js`)).toBe('export const a = (x) => x;\n');
    });
  });

  it('are at most so many: the oldest go, never the current one, and no number is given twice', async () => {
    await inProject(spec('self_improvement: { max_versions: 3 }'), async (project) => {
      await adopt(project, 'a', 'b', 'c', 'd');
      expect(await numbers(project)).toEqual([2, 3, 4]);
      expect(lies(project)).not.toContain('v1');
      await project.reyn.versions.rollback('notes', 'v2');
      await adopt(project, 'e', 'f');
      expect(await numbers(project)).toEqual([4, 5, 6]);
    });
  });

  it('keep one that a waiting run holds on to', async () => {
    const md = phases(
      'notes',
      ['artifacts: { note: { text: string } }', 'entry: ask', 'final_output: note', 'graph: { ask: [end] }'],
      phase('ask', 'input: user_message', 'allowed_ops: [ask_user]'),
    );
    const ask = { turn: { ops: [{ kind: 'ask_user', args: { question: 'which?' } }] }, match: { turn: 1 } };
    const rules = [ask, { turn: { finish: { text: 'x' } } }];
    await inProject(
      { skills: { notes: { md, rules } }, config: ['self_improvement: { max_versions: 2 }'] },
      async (project) => {
        await project.reyn.versions.adopt('notes');
        expect((await project.run('notes', 'go')).status).toBe('waiting');
        await adopt(project, 'a', 'b', 'c');
        expect(await numbers(project)).toEqual([1, 3, 4]); // 3 was the current one when 4 came
        const [question] = project.reyn.inbox();
        await project.reyn.answer(question?.id ?? '', 'this');
        await adopt(project, 'd');
        expect(await numbers(project)).toEqual([4, 5]);
      },
    );
  });

  it('are given back only as they were kept', async () => {
    await inProject(spec(), async (project) => {
      await adopt(project, 'a', 'b');
      project.write('.reyn/skill-versions/notes/v1.md', 'something else');
      await expect(project.reyn.versions.rollback('notes')).rejects.toMatchObject({ code: 'corrupt', exit: 6 });
      expect(project.read(`${DIR}/skill.md`)).toBe(text('b'));
    });
  });

  it('leave no trace when only looked at', async () => {
    await inProject(spec(), async (project) => {
      expect(await project.reyn.versions.list('notes')).toMatchObject({ state: 'none', versions: [] });
      expect(fs.existsSync(path.join(project.root, '.reyn'))).toBe(false);
    });
  });

  it('know a state that came back by hand', async () => {
    await inProject(spec(), async (project) => {
      await adopt(project, 'a', 'b');
      project.write(`${DIR}/skill.md`, text('a'));
      expect(await project.reyn.versions.adopt('notes')).toMatchObject({ version: 1, isNew: false });
      expect(await project.reyn.versions.list('notes')).toMatchObject({ current: 1, state: 'kept' });
    });
  });
});

describe('rolling back', () => {
  it('goes to the version that was before, not to the number below', async () => {
    await inProject(spec(), async (project) => {
      await adopt(project, 'a', 'b', 'c');
      await project.reyn.versions.rollback('notes', 'v1');
      await adopt(project, 'd');
      expect(await project.reyn.versions.rollback('notes')).toMatchObject({ from: 4, to: 1 });
    });
  });

  it('finds a version by the beginning of its hash, and says when it is there or is none', async () => {
    await inProject(spec(), async (project) => {
      await adopt(project, 'a', 'b');
      const { versions } = project.reyn;
      const [first] = (await versions.list('notes')).versions;
      await expect(versions.rollback('notes', 'v2')).rejects.toMatchObject({ code: 'usage' });
      await expect(versions.rollback('notes', 'v7')).rejects.toMatchObject({ code: 'not_found' });
      expect(await versions.rollback('notes', first?.skill_version_hash.slice(0, 8))).toMatchObject({ to: 1 });
      await expect(versions.rollback('notes')).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  it('is done once by two who do it at the same time', async () => {
    await inProject(spec(), async (project) => {
      await adopt(project, 'a', 'b');
      const both = [project.reyn.versions.rollback('notes', 'v1'), project.reyn.versions.rollback('notes', 'v1')];
      const ends = await Promise.allSettled(both);
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(project.reyn.events.query({ type: 'skill_rolled_back' })).toHaveLength(1);
    });
  });

  it('leaves a run that waits on the version it began with', async () => {
    const md = phases(
      'notes',
      ['artifacts: { note: { text: string } }', 'entry: ask', 'final_output: note', 'graph: { ask: [end] }'],
      phase('ask', 'input: user_message', 'allowed_ops: [ask_user]'),
    );
    const rules = [
      { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: 'which?' } }] } },
      { turn: { finish: { text: 'x' } } },
    ];
    await inProject({ skills: { notes: { md, rules } } }, async (project) => {
      await adopt(project, 'a');
      project.write(`${DIR}/skill.md`, md);
      const waiting = await project.run('notes', 'go', { ask: person().ask });
      await project.reyn.versions.rollback('notes');
      const [question] = project.reyn.inbox();
      expect((await project.reyn.answer(question?.id ?? '', 'this')).status).toBe('finished');
      expect(project.reyn.runs.show(waiting.run).version).not.toBe(project.reyn.skills.load('notes').fingerprint);
    });
  });
});

describe('shared phases', () => {
  const md = phases('notes', [
    'artifacts: { note: { text: string } }',
    'final_output: note',
    'entry: shared/start',
    'graph: { shared/start: [end] }',
  ]);
  const start = (word: string) => `---\ntype: phase\nname: start\ninput: user_message\n---\nStart ${word}.\n`;
  const AT = 'reyn/project/shared/phases/start.md';

  it('count for the version and are no part of its folder: a change of them is told, and stays on a rollback', async () => {
    await inProject({ skills: { notes: { md } }, files: { [AT]: start('slowly') } }, async (project) => {
      const { versions } = project.reyn;
      await versions.adopt('notes');
      project.write(AT, start('fast'));
      expect(await versions.list('notes')).toMatchObject({ current: 1, state: 'shared_changed' });
      await expect(versions.rollback('notes', 'v1')).rejects.toMatchObject({ code: 'usage' });
      project.write(`${DIR}/skill.md`, md.replace('A skill of', 'The skill of'));
      const back = await versions.rollback('notes', 'v1');
      expect(project.read(`${DIR}/skill.md`)).toBe(md);
      expect(project.read(AT)).toBe(start('fast'));
      const list = await versions.list('notes');
      expect(list).toMatchObject({ current: back.to, state: 'kept' });
      expect(list.versions.find(({ version }) => version === back.to)).toMatchObject({
        skill_version_hash: list.skill_version_hash,
      });
    });
  });
});
