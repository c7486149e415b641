import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, onePhase } from '../../project.ts';

const SAY = {
  md: onePhase('say', 'artifacts: { words: { text: string } }'),
  files: { 'cases.jsonl': JSON.stringify({ id: 'a', input: 'x', checks: [{ contains: 'x' }] }) },
  rules: [{ turn: { finish: { text: '$' + '{input.text}' } } }],
};

describe('gc', () => {
  it('removes evaluations by the rule of retention, and the log says so', async () => {
    await inProject({ skills: { say: SAY }, config: ['retention: { keep: 1 }'] }, async ({ reyn, root }) => {
      const run = () => reyn.evals.run('say', { dataset: 'reyn/project/say/cases.jsonl', fresh: true });
      const [first, second] = [await run(), await run()];
      const folders = () => fs.readdirSync(path.join(root, '.reyn', 'evals'));
      expect((await reyn.gc({ dryRun: true })).evaluations).toEqual([first.id]);
      expect(folders()).toHaveLength(2);
      expect((await reyn.gc()).evaluations).toEqual([first.id]);
      expect(folders()).toEqual([second.id]);
      expect(reyn.evals.list().map(({ id }) => id)).toEqual([second.id]);
      const [removed] = reyn.events.query({ type: 'eval_removed' });
      expect(removed?.data).toMatchObject({ id: first.id, rule: 'not among the newest 1', by: 'reyn gc' });
      expect((await reyn.gc()).evaluations).toEqual([]);
      expect(reyn.verify().ok).toBe(true);
    });
  });
});
