import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, start } from './program.ts';
import { reyn } from './surroundings.ts';

const MD = '---\ntype: skill\nname: note\nartifacts: { note: { text: string } }\n---\nWrite it down.\n';
const script = (text: string) => JSON.stringify({ rules: [{ turn: { finish: { text } } }] });
const FILES = {
  'reyn.yaml': 'model: scripted\n',
  'reyn/project/note/skill.md': MD,
  'reyn/project/note/evals/scripted.yaml': script('One ${input.text}'),
  'in.md': 'tea',
};

describe('reyn run --watch', () => {
  it('runs again on a change of skill, script or input, shows what changed and the difference, and ends with 130', async () => {
    const { root, remove } = folderWith(FILES);
    const at = (file: string) => join(root, file);
    const started = start(root, ['run', 'note', '@in.md', '--watch']);
    try {
      await started.says('One tea\n');
      await started.says('Watching note');
      writeFileSync(at('reyn/project/note/evals/scripted.yaml'), script('Two ${input.text}'));
      await started.says('-One tea\n+Two tea\n');
      await started.says('changed reyn/project/note/evals/scripted.yaml\n');
      writeFileSync(at('in.new'), 'milk'); // as editors do that save by renaming
      renameSync(at('in.new'), at('in.md'));
      await started.says('-Two tea\n+Two milk\n');
      await started.says('changed in.md\n');
      writeFileSync(at('reyn/project/note/skill.md'), MD.replace('Write it down.', 'Write it all down.'));
      await started.says(/changed [^\n]*skill\.md\n[\s\S]*The result is the same\.\n/);
      writeFileSync(at('reyn/project/note/skill.md'), MD.replace('type: skill', 'type: skil'));
      await started.says(/format\/type[\s\S]*1 error; it is run when there is none\.\n\nWatching/);
      writeFileSync(at('reyn/project/note/skill.md'), MD);
      await started.says(/it is run when there is none\.[\s\S]*The result is the same\.[\s\S]*Watching/);
      started.child.kill('SIGINT');
      expect((await started.ended).exit).toBe(130);
    } finally {
      started.child.kill('SIGKILL');
      remove();
    }
  }, 30_000);

  it.each([
    [['-', '--watch'], /does not go with stdin/],
    [['x', '--watch', '--json'], /does not go with --json/],
    [['x', '--watch', '--events'], /does not go with --events/],
  ])('does not take %j', async (argv, why) => {
    expect(await reyn(['run', 'note', ...argv])).toMatchObject({ exit: 2, err: expect.stringMatching(why) });
  });
});
