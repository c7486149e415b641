import { describe, expect, it } from 'vitest';
import { getPath } from '../../src/os/json.ts';
import { inProject, ofType, onePhase, type Rule } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

const CITIES = {
  md: onePhase('cities', 'artifacts: { answer: { text: string } }'),
  files: { 'eval.md': 'the exam is secret', 'evals/cases.jsonl': 'the exam is secret' },
  rules: [{ turn: { finish: { text: 'x' } } }],
};
const check = { kind: 'contains', value: 'Paris', required: true, text: 'Names it.' };
const drafted = (cases: readonly object[], match: object = {}): Rule => ({
  match: { phase: 'draft', ...match },
  turn: { to: 'check', artifact: { cases: cases.map((each) => ({ ...CASE, ...each })) } },
});
const CASE = { id: 'one', input: 'Capital of France?', json: false, tags: [], must_pass: false, checks: [check] };
const building = (...rules: readonly Rule[]) => ({
  skills: { cities: CITIES, eval_builder: shipped('eval_builder', rules) },
});

describe('eval_builder', () => {
  it('hands over lines of a file of cases, and leaves the project as it was', () =>
    inProject(
      building(
        drafted([
          { must_pass: true, tags: ['usual'] },
          {
            id: 'two',
            json: true,
            input: '{"city": 1}',
            checks: [
              { ...check, kind: 'lacks' },
              { ...check, kind: 'judge' },
            ],
          },
        ]),
      ),
      async (project) => {
        const outcome = await project.run('eval_builder', 'Draft eval cases for cities.');
        expect(outcome.reason).toBeUndefined();
        const { lines, findings } = resultOf(outcome) as { lines: string[]; findings: string[] };
        expect(findings).toEqual([]);
        expect(lines.map((line) => JSON.parse(line))).toEqual([
          {
            id: 'one',
            input: 'Capital of France?',
            checks: [{ contains: { all: ['Paris'] }, required: true, text: 'Names it.' }],
            tags: ['usual'],
            must_pass: true,
          },
          {
            id: 'two',
            input: { city: 1 },
            checks: [
              { contains: { none: ['Paris'] }, required: true, text: 'Names it.' },
              { judge: { rubric: 'Paris' }, required: true, text: 'Names it.' },
            ],
          },
        ]);
        expect(project.read('reyn/project/cities/evals/cases.jsonl')).toBe('the exam is secret');
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));

  it('can write no skill and no eval file, and can start no run that could', () =>
    inProject({}, async ({ reyn }) => {
      const { permissions } = reyn.skills.load('eval_builder');
      expect(permissions).toMatchObject({
        file: { read: ['reyn/project/**', 'reyn/local/**'], write: ['work:/drafts/**'] },
        exec: [],
        net: [],
        skill: { run: [], delegate: [], write: [] },
        eval: false,
      });
      const as = { as: 'eval_builder' };
      for (const path of ['reyn/project/x/eval.md', 'reyn/project/x/evals/a.jsonl', 'reyn/project/x/skill.md']) {
        const { verdict } = await reyn.op('write_file', { path, content: 'x' }, as);
        expect([path, verdict]).toEqual([path, 'denied']);
      }
    }));

  it('is never shown the exam there is', () =>
    inProject(building({ turn: { abort: 'seen enough' } }), async (project) => {
      const { run } = await project.run('eval_builder', { skill: 'cities' });
      expect(JSON.stringify(project.events(run))).not.toContain('the exam is secret');
      const left = ofType(project.events(run), 'phase_left').at(-1);
      expect(getPath(left, ['data', 'artifact', 'material'])).toContain('=== reyn/project/cities/skill.md');
    }));

  it('learns from traces what runs were asked', () =>
    inProject(building(drafted([{}])), async (project) => {
      await project.run('cities', 'Which city is the capital of Peru?');
      const asked = async (from: string) => {
        const { run } = await project.run('eval_builder', { skill: 'cities', from });
        const lefts = ofType(project.events(run), 'phase_left').map((event) =>
          getPath(event, ['data', 'artifact', 'asked']),
        );
        return lefts.find((each) => each !== undefined);
      };
      expect(await asked('skill')).toEqual([]);
      expect(await asked('traces')).toEqual(['Which city is the capital of Peru?']);
    }));

  it.each([
    ['an id that is no name', [{ id: 'Not a name' }], 'snake_case'],
    ['an id twice', [{}, {}], 'another case has this id'],
    ['JSON that is none', [{ json: true }], 'not JSON'],
    ['a pattern that cannot be read', [{ checks: [{ ...check, kind: 'regex', value: '(' }] }], 'cannot be read'],
    ['a pattern that looks around', [{ checks: [{ ...check, kind: 'regex', value: '(?=a)' }] }], 'cannot be read'],
    ['a case that cannot fail', [{ checks: [{ ...check, required: false }] }], 'nothing could fail'],
  ])('sends a draft back for %s, and leaves the case out when it stays so', (_, cases, why) =>
    inProject(building(drafted([{ id: 'good' }, ...cases])), async (project) => {
      const outcome = await project.run('eval_builder', { skill: 'cities' });
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 3 } });
      const { lines, findings } = resultOf(outcome) as { lines: string[]; findings: string[] };
      expect(lines.map((line) => JSON.parse(line).id)).toContain('good');
      expect(findings).toEqual([expect.stringContaining(why)]);
    }),
  );

  it('says so when the project has no such skill', () =>
    inProject(building(), async (project) => {
      const outcome = await project.run('eval_builder', { skill: 'towns' });
      expect(outcome.reason?.message).toContain('there is no skill "towns" in this project');
    }));
});
