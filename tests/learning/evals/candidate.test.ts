import { describe, expect, it } from 'vitest';
import { readCandidate } from '../../../src/learning/evals/candidate.ts';
import { openCatalog } from '../../../src/os/skills/catalog.ts';
import type { WorkspaceHandle } from '../../../src/os/workspace/workspace.ts';
import { inProject, onePhase } from '../../project.ts';

const MD = onePhase('notes', 'artifacts: { note: { text: string } }');

/** A work folder that holds these files. */
function holding(files: Readonly<Record<string, string>>): WorkspaceHandle {
  const handle: Pick<WorkspaceHandle, 'walk' | 'readBytes'> = {
    walk: async function* () {
      yield* Object.keys(files).map((file) => `work:/next/${file}`);
    },
    readBytes: async (file) => Buffer.from(files[file.slice('work:/next/'.length)] ?? ''),
  };
  return handle as WorkspaceHandle;
}

const reading = (files: Readonly<Record<string, string>>) =>
  inProject({ skills: { notes: { md: MD } } }, async ({ root }) => {
    const baseline = openCatalog({ root, stdlibDir: `${root}/none` }).open('notes');
    return readCandidate(baseline, 'work:/next', holding({ 'skill.md': `${MD}Better.\n`, ...files }));
  });

describe('the folder of a candidate', () => {
  it('brings no eval files, no dotfiles, and no shared phases in place of those of the project', async () => {
    const { source } = await reading({
      'eval.md': 'an easy exam',
      'evals/cases.jsonl': '{}',
      '.env': 'x',
      'steps/.hidden.js': 'x',
      'shared/phases/start.md': 'other',
      'steps/a.js': 'export const a = 1;\n',
    });
    expect([...source.files.keys()]).toEqual(['skill.md', 'steps/a.js']);
  });

  it.each(['EVAL.md', 'Evals/cases.jsonl', 'evals./x.jsonl', 'SHARED/phases/start.md', 'ｅｖａｌ.md'])(
    'is refused for a name that another disk takes for one of those: %s',
    async (name) => {
      await expect(reading({ [name]: 'x' })).rejects.toMatchObject({ code: 'skill' });
    },
  );
});
