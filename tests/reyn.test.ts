import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, type Rule, type SkillFiles } from './project.ts';

const NOTE = `---
type: skill
name: note
description: Writes a note into its work folder and says where.
artifacts:
  place: { path: string }
---
## phase: note

\`\`\`yaml
input: user_message
allowed_ops: [write_file, read_file]
\`\`\`

Write the note.
`;

const RULES: readonly Rule[] = [
  { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'work:/note.md', content: 'a note' } }] } },
  { match: { turn: 2 }, turn: { ops: [{ kind: 'read_file', args: { path: 'work:/note.md' } }] } },
  { turn: { finish: { path: '${results.1.text}' } } },
];

const SKILL: SkillFiles = { md: NOTE, rules: RULES };

function damage(root: string, run: string): void {
  const file = path.join(root, '.reyn/runs', run, 'events.jsonl');
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  lines[1] = (lines[1] ?? '').replace('work:/note.md', 'work:/nose.md');
  fs.writeFileSync(file, lines.join('\n'));
}

describe('an opened project', () => {
  it('lists a run whose log was changed as damaged, and finds it by its id', () =>
    inProject({ skills: { note: SKILL } }, async (project) => {
      const before = await project.run('note', 'go');
      const { run } = await project.run('note', 'go');
      damage(project.root, run);
      const reyn = await project.reopen();
      expect(reyn.runs.list().map(({ status }) => status)).toEqual(['damaged', 'finished']);
      expect(reyn.runs.list()[0]).toMatchObject({ run, skill: 'note', fault: expect.stringMatching(/./) });
      expect(reyn.runs.idOf('latest')).toBe(run);
      expect(reyn.runs.idOf(run.slice(0, 8))).toBe(run);
      expect(reyn.verify(run)).toMatchObject({ ok: false, problems: [{ reason: 'bad_hash', line: 2, run }] });
      expect(reyn.verify(before.run)).toMatchObject({ ok: true });
      expect(() => reyn.runs.show(run)).toThrow(/line 2|hash/);
    }));

  it('gives a fork the work folder of the run it comes from', () =>
    inProject({ skills: { note: SKILL } }, async ({ reyn, run, events }) => {
      const original = await run('note', 'go');
      const written = events(original.run).find(({ type }) => type === 'op_finished')?.seq ?? 0;
      const fork = await reyn.fork(original.run, written);
      expect(await reyn.resume(fork)).toMatchObject({ status: 'finished', artifact: { artifact: { path: 'a note' } } });
    }));

  it('copies a skill with its eval files, under another name', () =>
    inProject({ skills: { note: SKILL } }, async ({ reyn, run }) => {
      expect(await reyn.skills.copy('note', 'memo')).toBe('reyn/project/memo');
      expect(await run('memo', 'go')).toMatchObject({ status: 'finished', skill: 'memo' });
    }));

  it('refuses to copy a skill onto another', () =>
    inProject({ skills: { note: SKILL } }, async ({ reyn }) => {
      await expect(reyn.skills.copy('note')).rejects.toMatchObject({ code: 'usage' });
    }));

  it('lets sub-runs use the model that was asked for', () =>
    inProject(
      {
        model: 'elsewhere\nbase_url: http://127.0.0.1:9/v1',
        skills: {
          note: SKILL,
          ask_note: {
            md: `---
type: skill
name: ask_note
description: Lets another skill do it.
artifacts:
  place: { path: string }
permissions: { skill: { run: [note] } }
---
## phase: ask_note

\`\`\`yaml
input: user_message
allowed_ops: [run_skill]
\`\`\`

Let it be done.
`,
            rules: [
              { match: { turn: 1 }, turn: { ops: [{ kind: 'run_skill', args: { skill: 'note', input: 'go' } }] } },
              { turn: { finish: { path: '${results.0.path}' } } },
            ],
          },
        },
        config: ['policy: { allow: [{ need: skill.run, resource: note }] }'],
      },
      async ({ run }) => {
        const outcome = await run('ask_note', 'go', { model: 'scripted' });
        expect(outcome).toMatchObject({ status: 'finished', artifact: { artifact: { path: 'a note' } } });
      },
    ));
});
