import { describe, expect, it } from 'vitest';
import { inProject, onePhase } from '../project.ts';
import { resultOf } from './shipped.ts';

const SPEC = {
  skills: {
    tea: {
      md: onePhase('tea', 'artifacts: { cup: { text: string } }'),
      rules: [{ turn: { finish: { text: 'tea' } } }],
    },
    spill: {
      md: onePhase('spill', 'artifacts: { cup: { text: string } }'),
      rules: [{ turn: { abort: 'The pot is cracked' } }],
    },
    greedy: {
      md: onePhase(
        'greedy',
        'artifacts: { cup: { text: string } }',
        'permissions: { file: { write: ["out/**"] } }',
      ).replace('Do the work.\n', '\n## phase: grab\n\n```yaml\nallowed_ops: [write_file]\n```\n\nTake it.\n'),
      rules: [
        { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'biscuits.md', content: '' } }] } },
        { turn: { finish: { text: 'none' } } },
      ],
    },
  },
};

describe('index_events', () => {
  it('makes a document of each run, found by what became of it', () =>
    inProject(SPEC, async (project) => {
      const runs = { tea: '', spill: '', greedy: '' };
      for (const name of ['tea', 'spill', 'greedy'] as const) runs[name] = (await project.run(name, 'go')).run;
      const outcome = await project.run('index_events', 'all');
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 0 } });
      expect(resultOf(outcome)).toEqual({ source: 'runs', documents: 3, changed: 3, left_out: 0 });
      const found = async (query: string, filter = {}) =>
        (await project.reyn.index.search({ query, sources: ['runs'], filter })).hits.map(({ key }) => key);
      expect((await found('why was the pot cracked'))[0]).toBe(runs.spill);
      expect((await found('denied biscuits'))[0]).toBe(runs.greedy);
      expect(await found('run', { tags: ['finished', 'tea'] })).toEqual([runs.tea]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('writes only runs that are new or went on', () =>
    inProject(SPEC, async (project) => {
      await project.run('tea', 'go');
      await project.run('index_events', 'all');
      expect(resultOf(await project.run('index_events', 'all'))).toMatchObject({ documents: 2, changed: 1 });
    }));

  it('leaves out what began before', () =>
    inProject(SPEC, async (project) => {
      await project.run('tea', 'go');
      expect(resultOf(await project.run('index_events', { since: '2999-01-01' }))).toMatchObject({ documents: 0 });
    }));

  it.each([{ since: 'yesterday' }, { since: 'the 1st' }])('takes %j for no time: all runs', (period) =>
    inProject(SPEC, async (project) => {
      await project.run('tea', 'go');
      expect(resultOf(await project.run('index_events', period))).toMatchObject({ documents: 1 });
    }),
  );

  it('refuses a time that is none', () =>
    inProject(SPEC, async (project) => {
      const outcome = await project.run('index_events', { since: '2026-99-99' });
      expect(outcome.reason?.message).toContain('"2026-99-99" is no time');
    }));
});
