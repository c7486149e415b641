import { describe, expect, it } from 'vitest';
import { inProject, onePhase, type Rule } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

const CUP = 'artifacts: { cup: { text: string } }';
const RUNS = {
  tea: { md: onePhase('tea', CUP), rules: [{ turn: { finish: { text: 'tea' } } }] },
  spill: { md: onePhase('spill', CUP), rules: [{ turn: { abort: 'The pot is cracked' } }] },
};
const telling = (...rules: readonly Rule[]) => ({ skills: { ...RUNS, ops_report: shipped('ops_report', rules) } });
const tells = (text: string, more: object = {}): Rule => ({
  ...more,
  turn: { to: 'check', artifact: { title: 'Runs', text } },
});
type Report = { title: string; text: string; numbers: Record<string, unknown> };

describe('ops_report', () => {
  it('counts runs, failures and cost by a step, and puts the text of the model beside them', () =>
    inProject({ skills: RUNS }, async (project) => {
      await project.run('tea', 'go');
      await project.run('spill', 'go');
      await project.run('spill', 'go');
      const outcome = await project.run('ops_report', 'What failed?');
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 1 } });
      const { text, numbers } = resultOf(outcome) as Report;
      expect(text).toBe('Of 3 runs some failed; spill is the first to look at.');
      expect(numbers).toMatchObject({
        runs: 3,
        left_out: 0,
        by_status: { aborted: 2, finished: 1 },
        by_skill: [
          { skill: 'spill', runs: 2, failed: 2 },
          { skill: 'tea', runs: 1, failed: 0 },
        ],
        failures: [{ skill: 'spill', why: 'aborted: The pot is cracked', times: 2 }],
        denials: [],
        refused_replies: 0,
        cost: { turns: 3, ops: 0, tokens: 0, usd: 0 },
      });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('refuses a number that nobody counted, once with the reason', () =>
    inProject(
      telling(tells('About 97 % worked.', { match: { visit: 1 } }), tells('Of 1 runs none failed.')),
      async (project) => {
        await project.run('tea', 'go');
        const outcome = await project.run('ops_report', 'How are we?');
        expect(outcome.spent.turns).toBe(2);
        expect(resultOf(outcome)).toMatchObject({ text: 'Of 1 runs none failed.' });
        const [, second] = project.reyn.runs.show(outcome.run).visits.filter(({ phase }) => phase === 'write');
        expect(second).toBeDefined();
      },
    ));

  it('puts a plain sentence instead of a text that goes on inventing numbers', () =>
    inProject(telling(tells('About 97 % worked.')), async (project) => {
      await project.run('tea', 'go');
      const outcome = await project.run('ops_report', 'How are we?');
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 2 } });
      expect((resultOf(outcome) as Report).text).toBe('1 runs, 1 finished, 0 kinds of denial, 0 USD.');
    }));

  it('reports on no runs as well', () =>
    inProject({}, async (project) => {
      const { numbers, text } = resultOf(await project.run('ops_report', 'How are we?')) as Report;
      expect(numbers).toMatchObject({ runs: 0, by_status: {}, slow_phases: [] });
      expect(text).toBe('None of 0 runs failed.');
    }));

  it('begins at the date that the message names', () =>
    inProject({ skills: RUNS }, async (project) => {
      await project.run('tea', 'go');
      expect(resultOf(await project.run('ops_report', 'Since 2999-01-01, please'))).toMatchObject({
        numbers: { runs: 0 },
      });
    }));

  it('counts the cost of a sub-run once', () =>
    inProject({}, async (project) => {
      await project.run('skill_router', 'Hello');
      const { numbers } = resultOf(await project.run('ops_report', 'Cost?')) as Report;
      expect(numbers).toMatchObject({ runs: 2, cost: { turns: 2 } });
    }));

  it('refuses a time that is none', () =>
    inProject({}, async (project) => {
      const outcome = await project.run('ops_report', { since: 'soon' });
      expect(outcome).toMatchObject({ status: 'failed', exit: 1 });
      expect(outcome.reason?.message).toContain('"soon" is no time');
    }));
});
