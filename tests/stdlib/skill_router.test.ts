import { describe, expect, it } from 'vitest';
import { getPath } from '../../src/os/json.ts';
import { calls, startWireServer } from '../os/models/wire-server.ts';
import { inProject, ofType, onePhase, type Rule, type SkillFiles } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

/** Takes a message. */
const ECHO: SkillFiles = {
  md: onePhase(
    'echo',
    'artifacts: { said: { text: string } }',
    'routing: { when_to_use: Something is to be said again. }',
  ),
  rules: [{ turn: { finish: { text: `echo \${input.text}` } } }],
};
/** Takes something else. */
const ADD: SkillFiles = {
  md: `---
type: skill
name: add
description: Adds two numbers.
entry: sum
final_output: sum_of
artifacts: { pair: { a: number, b: number }, sum_of: { a: number, b: number } }
graph: { sum: [end] }
---
## phase: sum

\`\`\`yaml
input: pair
model_class: none
\`\`\`

The sum is left to the reader.
`,
};
/** Writes a file, which it declares itself. */
const WRITES: SkillFiles = {
  md: onePhase(
    'writes',
    'permissions: { file: { write: ["out/**"] } }',
    'artifacts: { done: { text: string } }',
  ).replace('Do the work.\n', '\n## phase: act\n\n```yaml\nallowed_ops: [write_file]\n```\n\nWrite the file.\n'),
  rules: [
    { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'out/a', content: 'x' } }] } },
    { turn: { finish: { text: 'written' } } },
  ],
};

const choosing = (...rules: readonly Rule[]) => ({
  skills: { echo: ECHO, add: ADD, writes: WRITES, skill_router: shipped('skill_router', rules) },
});
const chooses = (skill: string, more: object = {}): Rule => ({ turn: { to: 'check', artifact: { skill, ...more } } });

describe('skill_router', () => {
  it('works in an empty project on the rules it ships', () =>
    inProject({}, async (project) => {
      const outcome = await project.run('skill_router', 'Count the words');
      expect(resultOf(outcome)).toMatchObject({ skill: 'word_stats_demo', result: { words: 3 } });
      expect(resultOf(await project.run('skill_router', 'Hello'))).toMatchObject({ skill: 'direct_llm' });
    }));

  it('hands the message over as it was typed and gives back what the skill gave', () =>
    inProject(choosing(chooses('echo')), async (project) => {
      const outcome = await project.run('skill_router', 'tea\n with  spaces');
      expect(resultOf(outcome)).toEqual({ skill: 'echo', result: { text: 'echo tea\n with  spaces' } });
      expect(outcome.spent).toMatchObject({ turns: 2 });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('hands over what the model made of the message where the skill takes no message', () =>
    inProject(choosing(chooses('add', { json: '{"a": 1, "b": 2}' })), async (project) => {
      expect(resultOf(await project.run('skill_router', 'Add 1 and 2'))).toEqual({
        skill: 'add',
        result: { a: 1, b: 2 },
      });
    }));

  it('shows the model what each skill says of itself, and takes itself out', () =>
    inProject(choosing(chooses('echo')), async (project) => {
      const outcome = await project.run('skill_router', 'tea');
      const [listed] = ofType(project.events(outcome.run), 'op_finished');
      const skills = (getPath(listed, ['data', 'result', 'skills']) ?? []) as { name: string }[];
      expect(skills.map(({ name }) => name)).toEqual(expect.arrayContaining(['add', 'direct_llm', 'echo']));
      expect(skills.map(({ name }) => name)).not.toContain('skill_router');
      expect(skills.find(({ name }) => name === 'echo')).toMatchObject({
        when_to_use: ['Something is to be said again.'],
        input: [{ type: 'user_message' }],
        origin: 'project',
      });
    }));

  it('gives the model a second chance, with the reason, when no skill has that name', () =>
    inProject(
      choosing(
        { match: { visit: 1 }, ...chooses('ecoh') },
        { match: { input: { refused: { pattern: 'no skill "ecoh"' } } }, ...chooses('echo') },
      ),
      async (project) => {
        const outcome = await project.run('skill_router', 'tea');
        expect(outcome.reason).toBeUndefined();
        expect(resultOf(outcome)).toMatchObject({ skill: 'echo' });
        expect(project.reyn.runs.show(outcome.run).visits.map(({ phase }) => phase)).toEqual([
          'look_up',
          'choose',
          'check',
          'choose',
          'check',
          'run_chosen',
        ]);
      },
    ));

  it.each(['ecoh', 'skill_router'])('fails when the model insists on %s, and runs nothing', (name) =>
    inProject(choosing(chooses(name)), async (project) => {
      const outcome = await project.run('skill_router', 'tea');
      expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'step' }, spent: { turns: 2 } });
      expect(outcome.reason?.message).toContain(
        `There is no skill "${name}" in the catalog. It has: add, direct_llm, echo`,
      );
      expect(project.reyn.runs.list().map(({ skill }) => skill)).toEqual(['skill_router']);
    }),
  );

  it.each([
    ['nothing', {}, '"add" takes no message but pair; give that as JSON.'],
    ['no JSON', { json: '{a: 1}' }, 'The JSON for "add" cannot be read'],
  ])('gives a second chance when a skill that takes no message is given %s', (_, more, why) =>
    inProject(
      choosing(
        { match: { visit: 1 }, ...chooses('add', more) },
        { match: { input: { refused: { pattern: why } } }, ...chooses('add', { json: '{"a": 1, "b": 2}' }) },
      ),
      async (project) => {
        expect(resultOf(await project.run('skill_router', 'Add 1 and 2'))).toMatchObject({ result: { b: 2 } });
      },
    ),
  );

  it('says so when nothing fits', () =>
    inProject(choosing({ turn: { to: 'decline', artifact: { why: 'Nobody here can fly.' } } }), async (project) => {
      const outcome = await project.run('skill_router', 'Fly me home');
      expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
      expect(resultOf(outcome)).toEqual({ why: 'Nobody here can fly.' });
    }));

  it('holds the chosen skill to its own permissions and asks for its writes', () =>
    inProject(choosing(chooses('writes')), async (project) => {
      const outcome = await project.run('skill_router', 'Write it');
      expect(outcome).toMatchObject({ status: 'waiting', waiting: [{ skill: 'writes', kind: 'permission' }] });
      expect(project.read('out/a')).toBeUndefined();
      const ended = await project.reyn.answer(outcome.waiting[0]?.id ?? '', 'allow');
      expect(resultOf(ended)).toEqual({ skill: 'writes', result: { text: 'written' } });
      expect(project.read('out/a')).toBe('x');
    }));

  it('fails with the reason of a skill that fails', () =>
    inProject(choosing(chooses('add', { json: '{"a": 1}' })), async (project) => {
      const outcome = await project.run('skill_router', 'Add');
      expect(outcome).toMatchObject({ status: 'failed', exit: 1 });
      expect(outcome.reason?.message).toContain('add was not started');
    }));

  it('does not know skills that the operator closes', () =>
    inProject(
      { ...choosing(chooses('echo')), config: ['policy: { deny: [{ need: skill.run, resource: echo }] }'] },
      async (project) => {
        const outcome = await project.run('skill_router', 'tea');
        expect(outcome.reason?.message).toContain('There is no skill "echo" in the catalog.');
      },
    ));

  it('puts the whole catalog before a model on a server, and asks it for a name alone', async () => {
    const server = await startWireServer(
      calls(['to_check', { artifact: { skill: 'word_stats_demo' }, reason: 'Words.' }]),
    );
    try {
      await inProject({ model: 'm', config: [`base_url: ${server.baseUrl}`] }, async (project) => {
        const outcome = await project.run('skill_router', 'How many words has this?');
        expect(resultOf(outcome)).toMatchObject({ skill: 'word_stats_demo', result: { words: 5 } });
        const [request] = server.requests;
        const shown = request?.body.messages.map(({ content }) => content).join('\n') ?? '';
        for (const name of ['direct_llm', 'skill_builder', 'word_stats_demo']) expect(shown).toContain(`"${name}"`);
        expect(shown).toContain('How many words has this?');
        const tools = request?.body.tools?.map((tool) => tool.function.name);
        expect(tools).toEqual(['to_check', 'to_decline', 'abort']);
        expect(JSON.stringify(request?.body.tools?.[0])).not.toContain('"catalog"');
      });
    } finally {
      await server.close();
    }
  });
});
