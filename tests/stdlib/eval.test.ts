import { describe, expect, it } from 'vitest';
import { inProject, onePhase, type Rule, type SkillFiles } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

/** Knows one city of two, in as many cases that no verification needs. */
const CITIES: SkillFiles = {
  md: onePhase('cities', 'artifacts: { answer: { text: string } }'),
  rules: [
    { match: { input: { text: { pattern: 'even' } } }, turn: { finish: { text: 'It is known.' } } },
    { turn: { finish: { text: 'No idea.' } } },
  ],
  files: {
    'evals/cases.jsonl': Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({
        id: `c${i}`,
        input: `${i % 2 === 0 ? 'even' : 'odd'} ${'question '.repeat(i)}`,
        cluster: `k${i}`,
        checks: [{ contains: 'known' }],
      }),
    ).join('\n'),
  },
};
const told = (text: string, next: readonly string[] = []): Rule => ({
  match: { phase: 'explain' },
  turn: { to: 'check', artifact: { text, next } },
});
const explaining = (...rules: readonly Rule[]) => ({ skills: { cities: CITIES, eval: shipped('eval', rules) } });

describe('eval', () => {
  it('runs the open cases of a skill that a message names, and gives the figures beside the text', () =>
    inProject(explaining(told('Half of it is wrong.', ['Look at odd questions.'])), async (project) => {
      const outcome = await project.run('eval', 'How good is "cities"?');
      expect(outcome.reason).toBeUndefined();
      expect(resultOf(outcome)).toMatchObject({
        skill: 'cities',
        text: 'Half of it is wrong.',
        next: ['Look at odd questions.'],
        evaluated: { skill: 'cities', threshold: 0.85 },
      });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('lets no number through that nobody measured: once it is asked again, then the text is left out', () =>
    inProject(explaining(told('It passes 77 of 78 cases.')), async (project) => {
      const outcome = await project.run('eval', { skill: 'cities' });
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 2 } });
      expect(resultOf(outcome)).toMatchObject({ next: [], text: expect.stringContaining('left out') });
    }));

  it('may do nothing else: it declares no file of the project, no program, no skill, no network', () =>
    inProject({}, async ({ reyn }) => {
      expect(reyn.skills.load('eval').permissions).toMatchObject({
        eval: true,
        file: { read: ['work:/**'], write: [] },
        exec: [],
        net: [],
        skill: { run: [], delegate: [], write: [] },
      });
    }));

  it.each([
    ['Evaluate it!!', 'has no skill|there is no skill|no skill'],
    ['?', 'names no skill'],
  ])('fails with a reason on %j', (text, why) =>
    inProject(explaining(), async (project) => {
      const outcome = await project.run('eval', text);
      expect(outcome).toMatchObject({ status: 'failed', reason: { message: expect.stringMatching(new RegExp(why)) } });
    }),
  );
});
