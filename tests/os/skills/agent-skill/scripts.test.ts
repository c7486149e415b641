import { describe, expect, it } from 'vitest';
import { inProject, ofType, type ProjectSpec, person } from '../../../project.ts';

const DIR = 'reyn/project/pdf-forms';
const SCRIPT = `${DIR}/scripts/fields.py`;
const SOURCE = `import os, sys
print(sys.argv[1], open("${DIR}/references/a.md").read().strip(), os.path.exists("secret.md"))
`;

/** An Agent Skill whose model runs one command, then ends. */
function asking(...argv: readonly string[]): ProjectSpec {
  const files = {
    'SKILL.md': '---\nname: pdf-forms\ndescription: Fills in forms.\n---\nRun `scripts/fields.py`.\n',
    'references/a.md': 'reference\n',
    'scripts/fields.py': SOURCE,
  };
  const rules = [
    { match: { turn: 1 }, turn: { ops: [{ kind: 'sandboxed_exec', args: { argv } }] } },
    { turn: { finish: { text: 'Done.' } } },
  ];
  return { skills: { 'pdf-forms': { files, rules } }, files: { 'secret.md': 'not for scripts' } };
}

describe('a script of an Agent Skill', () => {
  it('runs once a person allows it, and sees the files of its folder only', () =>
    inProject(asking('python3', SCRIPT, 'form.pdf'), async (project) => {
      const { ask, asked } = person('once');
      const outcome = await project.run('pdf-forms', 'Go.', { ask });
      expect(outcome.status).toBe('finished');
      expect(asked).toMatchObject([{ about: { need: 'exec', resource: `python3 ${SCRIPT} form.pdf` } }]);
      expect(ofType(project.events(outcome.run), 'op_finished')).toMatchObject([
        { data: { result: { exit: 0, stdout: 'form.pdf reference False\n' } } },
      ]);
    }));

  it.each([
    ['another program', ['python3', '-c', 'print(1)']],
    ['a script of another folder', ['python3', 'reyn/project/other/scripts/fields.py']],
    ['an option before the script', ['python3', '-i', SCRIPT]],
  ])('is all that may run: %s is denied, and nobody is asked', (_, argv) =>
    inProject(asking(...argv), async (project) => {
      const { ask, asked } = person('once');
      const outcome = await project.run('pdf-forms', 'Go.', { ask });
      expect(asked).toEqual([]);
      expect(ofType(project.events(outcome.run), 'permission_denied')).toMatchObject([{ data: { by: 'declared' } }]);
    }),
  );
});
