import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { calls, startWireServer } from '../os/models/wire-server.ts';
import { inProject, ofType, person, type Rule } from '../project.ts';
import { resultOf, STDLIB, shipped } from './shipped.ts';

const WISH = { name: 'meeting_tasks', wish: 'Turn meeting notes into tasks' };
const PLACE = 'reyn/project/meeting_tasks/skill.md';

/** A text that is free of findings. */
const GOOD = `---
type: skill
name: meeting_tasks
description: Turns meeting notes into tasks.
artifacts:
  tasks: { items: [{ task: string, owner: "string?" }] }
---
Read the notes. List every task that somebody took on, with its owner where one is named.
`;
/** The same with a type that does not exist. */
const BAD = GOOD.replace('artifacts:\n', 'final_output: task_list\nartifacts:\n');

const writes = (text: string, match: object = {}): Rule => ({
  match: { phase: 'write', ...match },
  turn: { to: 'check', artifact: { skill_md: text } },
});
const writing = (...rules: readonly Rule[]) => ({ skills: { skill_builder: shipped('skill_builder', rules) } });

describe('skill_builder', () => {
  it('shows its loop on the rules it ships: a text with a fault, mended, asked for, placed', () =>
    inProject({}, async (project) => {
      const { ask, asked } = person('allow');
      const outcome = await project.run('skill_builder', WISH, { ask });
      expect(outcome).toMatchObject({ status: 'finished', exit: 0, spent: { turns: 2 } });
      expect(resultOf(outcome)).toMatchObject({ name: 'meeting_tasks', files: [PLACE], findings: [] });
      expect(asked.map(({ kind, about }) => [kind, about])).toMatchObject([
        ['permission', { need: 'file.write', resource: PLACE }],
      ]);
      expect(project.reyn.skills.lint(['meeting_tasks'])).toEqual([]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('hands each finding back with its line and its fix, and the text it is about', () =>
    inProject(
      writing(
        writes(BAD, { visit: 1 }),
        writes(GOOD, {
          input: {
            skill_md: { const: BAD },
            findings: { minItems: 1, items: { pattern: '^skill\\.md:5 .*task_list.* Fix: ' } },
          },
        }),
      ),
      async (project) => {
        const outcome = await project.run('skill_builder', WISH, person('allow'));
        expect(outcome.reason).toBeUndefined();
        expect(project.read(PLACE)).toBe(GOOD);
      },
    ));

  it('gives up after five texts, writes nothing, and says what is still wrong', () =>
    inProject(writing(writes(BAD)), async (project) => {
      const outcome = await project.run('skill_builder', WISH, person('allow'));
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 5 }, waiting: [] });
      expect(resultOf(outcome)).toMatchObject({
        files: [],
        findings: [expect.stringContaining('task_list')],
        skill_md: BAD,
      });
      expect(project.read(PLACE)).toBeUndefined();
    }));

  it('does not take a text with a warning', () =>
    inProject(
      writing(
        writes(GOOD.replace('artifacts:', 'permissions: { file: { write: ["out/**"] } }\nartifacts:'), { visit: 1 }),
        writes(GOOD),
      ),
      async (project) => {
        const outcome = await project.run('skill_builder', WISH, person('allow'));
        expect(outcome.spent.turns).toBe(2);
        expect(project.read(PLACE)).toBe(GOOD);
      },
    ));

  it('asks no model when the project has a skill of that name, whatever it was asked to write', () =>
    inProject(writing(writes(GOOD)), async (project) => {
      project.write('reyn/project/meeting_tasks/phases/notes.md', 'mine');
      const outcome = await project.run('skill_builder', WISH, person('allow'));
      expect(outcome).toMatchObject({ status: 'failed', exit: 1, spent: { turns: 0 } });
      expect(outcome.reason?.message).toContain('there is a skill "meeting_tasks" in the project already');
    }));

  it('does not write over a skill that appeared while it was at work', () =>
    inProject(writing(writes(GOOD)), async (project) => {
      const outcome = await project.run('skill_builder', WISH, {
        ...person('allow'),
        onEvent: ({ type }) => {
          if (type === 'turn_decided') project.write(PLACE, 'mine');
        },
      });
      expect(outcome).toMatchObject({ status: 'failed', reason: { phase: 'place' } });
      expect(project.read(PLACE)).toBe('mine');
    }));

  it('writes nothing where a person refuses', () =>
    inProject(writing(writes(GOOD)), async (project) => {
      const outcome = await project.run('skill_builder', WISH, person('deny'));
      expect(outcome).toMatchObject({ status: 'failed', exit: 4, denied: [{ resource: PLACE }] });
      expect(project.read(PLACE)).toBeUndefined();
    }));

  it('makes a name of a message', () =>
    inProject({}, async (project) => {
      const outcome = await project.run('skill_builder', 'Write a skill that sorts bug reports!', person('allow'));
      expect(resultOf(outcome)).toMatchObject({ name: 'sorts_bug_reports' });
      expect(resultOf(await project.run('skill_builder', 'フライト', person('allow')))).toMatchObject({
        name: 'new_skill',
      });
    }));

  it('shows the model only examples that are free of findings themselves', () =>
    inProject({}, async (project) => {
      const examples = readFileSync(path.join(STDLIB, 'skill_builder/phases/write.md'), 'utf8').match(
        /^ {4}---\n(?: {4}.*\n|\n(?= {4}))+/gm,
      );
      expect(examples).toHaveLength(2);
      for (const example of examples ?? []) {
        const md = example.replace(/^ {4}/gm, '');
        const name = /^name: (\w+)$/m.exec(md)?.[1] ?? '';
        project.skill(name, { md });
        expect(project.reyn.skills.lint([name])).toEqual([]);
      }
    }));

  it.each(['Tasks', '../x', 'a b', 'x'.repeat(65)])('refuses the name %j before any model is asked', (name) =>
    inProject({}, async (project) => {
      await project.run('skill_builder', { ...WISH, name }).then(
        (outcome) => expect(outcome).toMatchObject({ status: 'failed', spent: { turns: 0 } }),
        (error: unknown) => expect(error).toMatchObject({ code: 'input' }),
      );
    }),
  );

  it('tells a model on a server the format, its task and what was wrong, and takes what that writes', async () => {
    const server = await startWireServer(
      calls(['to_check', { artifact: { skill_md: BAD }, reason: 'A first text.' }]),
      calls(['to_check', { artifact: { skill_md: GOOD }, reason: 'The type is named.' }]),
    );
    try {
      await inProject({ model: 'm', config: [`base_url: ${server.baseUrl}`] }, async (project) => {
        const outcome = await project.run('skill_builder', WISH, person('allow'));
        expect(outcome.reason).toBeUndefined();
        expect(resultOf(outcome)).toMatchObject({ files: [PLACE] });
        expect(project.read(PLACE)).toBe(GOOD);
        const [first, second] = server.requests.map(({ body }) =>
          body.messages.map(({ content }) => content).join('\n'),
        );
        expect(first).toContain('## The format');
        expect(first).toContain('Turn meeting notes into tasks');
        expect(second).toContain('no artifact type');
        const [tool] = server.requests[0]?.body.tools ?? [];
        expect(tool?.function.name).toBe('to_check');
        expect(JSON.stringify(tool)).not.toContain('material'); // the OS carries what is only passed on
        expect(ofType(project.events(outcome.run), 'turn_decided')).toHaveLength(2);
      });
    } finally {
      await server.close();
    }
  });
});
