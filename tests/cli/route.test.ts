import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import { folderWith, reynIn } from './program.ts';

const { root, remove } = folderWith({ 'reyn.yaml': 'model: scripted\n', 'message.txt': 'Count these words' });
afterAll(remove);
const reyn = (...argv: string[]) => reynIn(root, argv);
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

const ANSWER = 'No model was asked. The message was: ';

describe('reyn run with a message alone', () => {
  it('finds the skill, shows what that gave, and says on stderr which it was', async () => {
    const { out, err, exit } = await reyn('run', 'Hello there');
    expect({ out, exit }).toEqual({ out: `${ANSWER}Hello there\n`, exit: 0 });
    expect(err).toContain('\nrouted to direct_llm\nfinished run ');
  });

  it('gives the whole outcome to programs', async () => {
    const { out } = await reyn('run', 'Count the words', '--json');
    expect(JSON.parse(out) as RunOutcome).toMatchObject({
      skill: 'skill_router',
      artifact: { artifact: { skill: 'word_stats_demo', result: { words: 3 } } },
    });
  });

  it.each([
    [['run', 'Hello!'], undefined, 'Hello!'],
    [['run', 'さようなら'], undefined, 'さようなら'],
    [['run', '-'], 'from stdin', 'from stdin'],
    [['run', '--route', 'Hello'], undefined, 'Hello'],
  ])('takes %j for one', async (argv, stdin, message) => {
    const { out, exit } = await reynIn(root, argv, stdin === undefined ? {} : { stdin });
    expect({ out, exit }).toEqual({ out: `${ANSWER}${message}\n`, exit: 0 });
  });

  it('takes a file for one', async () => {
    expect((await reyn('run', '@message.txt')).out).toMatch(/^said: 3 words/);
  });

  it('takes one word for the name of a skill, and says how it would be a message', async () => {
    expect(await reyn('run', 'hello')).toMatchObject({
      out: '',
      exit: 2,
      err: expect.stringMatching(/there is no skill "hello"\n(.|\n)*reyn run --route "hello"/),
    });
    expect((await reyn('run', 'direct_lm')).err).toMatch(/Did you mean "direct_llm"\?.* reyn run --route "direct_lm"/);
  });

  it('still wants an input for a skill that there is', async () => {
    expect(await reyn('run', 'direct_llm')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('There is no input'),
    });
  });

  it('refuses --route with the name of a skill', async () => {
    expect(await reyn('run', '--route', 'direct_llm', 'Hello')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--route takes a message alone'),
    });
  });

  it('goes to the router of the configuration, and exits 1 where that finds nothing', async () => {
    write(
      'reyn/project/mine/skill.md',
      '---\ntype: skill\nname: mine\ndescription: Mine.\nartifacts: { no_match: { why: string } }\n---\nSay no.\n',
    );
    write('reyn/project/mine/evals/scripted.yaml', 'rules: [{ turn: { finish: { why: Nobody can fly. } } }]\n');
    write('reyn.yaml', 'model: scripted\nrouter: mine\n');
    const { out, err, exit } = await reyn('run', 'Fly me home');
    expect({ out, exit }).toEqual({ out: 'Nobody can fly.\n', exit: 1 });
    expect(err).toContain('\nno skill fits\n');
    write('reyn.yaml', 'model: scripted\n');
  });
});
