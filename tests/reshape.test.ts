import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject } from './project.ts';

const MD = '---\ntype: skill\nname: note\nartifacts: { note: { text: string } }\n---\nWrite it down.\n';
const RULES = [{ turn: { finish: { text: 'Noted.' } } }];
const SPEC = { skills: { note: { md: MD, rules: RULES, files: { '.draft': 'mine', 'eval.md': 'cases' } } } };

describe('reshaping a skill', () => {
  it('leaves every other file as it is, runs as before, and goes back', () =>
    inProject(SPEC, async ({ reyn, root, read, run }) => {
      const split = await reyn.skills.reshape('note', 'split');
      expect(split).toMatchObject({ skill: 'note', folder: 'reyn/project/note', written: true });
      expect(split.changes.map(({ file }) => file)).toEqual(['skill.md', 'phases/note.md', 'artifacts/note.yaml']);
      expect(read('reyn/project/note/.draft')).toBe('mine');
      expect(read('reyn/project/note/eval.md')).toBe('cases');
      expect((await run('note', 'x')).artifact?.artifact).toEqual({ text: 'Noted.' });
      await reyn.skills.reshape('note', 'join');
      expect(fs.readdirSync(path.join(root, 'reyn/project/note')).sort()).toEqual([
        '.draft',
        'eval.md',
        'evals',
        'skill.md',
      ]);
      expect(fs.readdirSync(path.join(root, 'reyn/project'))).toEqual(['note']);
    }));

  it('writes nothing on a dry run, and says what it would', () =>
    inProject(SPEC, async ({ reyn, read }) => {
      const { written, changes } = await reyn.skills.reshape('note', 'split', { dryRun: true });
      expect(written).toBe(false);
      expect(changes[0]).toMatchObject({ file: 'skill.md', before: MD });
      expect(changes[1]).toEqual({ file: 'phases/note.md', after: expect.stringContaining('Write it down.') });
      expect(read('reyn/project/note/skill.md')).toBe(MD);
      expect(read('reyn/project/note/phases/note.md')).toBeUndefined();
    }));

  it('first puts a skill back that a crash left between its two forms', () =>
    inProject(SPEC, async ({ reyn, root, read }) => {
      const place = path.join(root, 'reyn/project');
      fs.renameSync(path.join(place, 'note'), path.join(place, '.old-note'));
      await expect(reyn.skills.reshape('note', 'join')).rejects.toThrow(/nothing to join/);
      expect(read('reyn/project/note/skill.md')).toBe(MD);
    }));

  it('refuses a skill that there is not, and one that cannot be written leaves it as it was', () =>
    inProject(SPEC, async ({ reyn, root, read }) => {
      await expect(reyn.skills.reshape('nod', 'split')).rejects.toMatchObject({ code: 'not_found' });
      fs.mkdirSync(path.join(root, `reyn/project/.new-note-${process.pid}`));
      fs.writeFileSync(path.join(root, `reyn/project/.new-note-${process.pid}/phases`), 'in the way');
      await expect(reyn.skills.reshape('note', 'split')).rejects.toMatchObject({ code: 'disk' });
      expect(read('reyn/project/note/skill.md')).toBe(MD);
    }));
});
