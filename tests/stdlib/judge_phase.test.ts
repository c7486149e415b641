import { describe, expect, it } from 'vitest';
import { inProject, ofType, onePhase, type Rule } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

const verdict = (score: number, reason: string, match: object = {}): Rule => ({
  match: { phase: 'judge_output', ...match },
  turn: { finish: { score, pass: score > 0.5, reasons: [reason] } },
});
const judging = (...rules: readonly Rule[]) => ({ skills: { judge_phase: shipped('judge_phase', rules) } });
const WORK = { output: { text: 'Bees dance.' }, rubric: 'Is it true?' };

describe('judge_phase', () => {
  it('gives the mean of judgements that are made apart, how far they lie apart, and reasons', () =>
    inProject(
      judging(
        { ...verdict(0.5, 'Half of it.'), times: 1 },
        { ...verdict(0.9, 'Most of it.'), times: 1 },
        verdict(1, 'All of it.'),
      ),
      async (project) => {
        const outcome = await project.run('judge_phase', WORK);
        expect(outcome.reason).toBeUndefined();
        const { score, ...rest } = resultOf(outcome) as { score: number };
        expect(score).toBeCloseTo(0.8, 10);
        expect(rest).toEqual({ low: 0.5, high: 1, passed: true, reasons: ['Most of it.'] });
        expect(ofType(project.events(outcome.run), 'op_finished')).toHaveLength(3);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));

  it.each([
    [0.5, 0.4, true],
    [0.5, 0.6, false],
    [0.69, undefined, false],
    [0.7, undefined, true],
  ])('of a score of %d, with %s to pass, says %s', (score, pass, passed) =>
    inProject(judging(verdict(score, 'So.')), async (project) => {
      const outcome = await project.run('judge_phase', {
        ...WORK,
        repeats: 1,
        ...(pass === undefined ? {} : { pass }),
      });
      expect(resultOf(outcome)).toMatchObject({ score, low: score, high: score, passed });
    }),
  );

  it('is not moved over the mark by how computers add', () =>
    inProject(judging(verdict(0.7, 'So.')), async (project) => {
      expect(resultOf(await project.run('judge_phase', WORK))).toMatchObject({ score: 0.7, passed: true });
    }));

  it('serves another skill as a sub-skill, without any permission of its own', () =>
    inProject(
      {
        skills: {
          ...judging(verdict(0.2, 'Nobody is named.')).skills,
          asks: {
            md: onePhase(
              'asks',
              'permissions: { skill: { run: [judge_phase] } }',
              'artifacts: { note: { text: string, judged: { type: object } } }',
            ).replace(
              'Do the work.\n',
              '\n## phase: work\n\n```yaml\nmodel_class: none\npreprocessor:\n  - { type: run_skill, skill: judge_phase, input: { output: "${text}", rubric: Names a person. }, into: judged }\n```\n\nJudged.\n',
            ),
          },
        },
      },
      async (project) => {
        const outcome = await project.run('asks', 'Somebody did it.');
        expect(outcome.reason).toBeUndefined();
        expect(resultOf(outcome)).toMatchObject({
          judged: { score: 0.2, passed: false, reasons: ['Nobody is named.'] },
        });
      },
    ));
});
