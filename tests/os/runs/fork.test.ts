import { describe, expect, it } from 'vitest';
import { TERMINAL } from '../../../src/os/events/event.ts';
import { inProject, ofType, onePhase, type ProjectSpec, person, phase, phases } from '../../project.ts';
import { EVERYTHING } from '../kernel/logs.ts';
import { calls, startWireServer } from '../models/wire-server.ts';

const ANSWERS: Readonly<Record<string, string>> = { permission: 'allow', question: 'this' };
const ask = async ({ kind }: { kind: string }) => ANSWERS[kind];

const ASKING: ProjectSpec = {
  skills: {
    demo: {
      md: phases('demo', ['artifacts: { note: { text: string } }'], phase('demo', 'allowed_ops: [ask_user]')),
      rules: [
        { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: 'Which?' } }] } },
        { turn: { finish: { text: `\${results.0.answer}` } } },
      ],
    },
  },
};

describe('a fork', () => {
  it('at any event stands aside until it is resumed, and comes to the same end', () =>
    inProject(EVERYTHING, async (project) => {
      const whole = await project.run('work', 'go', { ask });
      const events = project.events(whole.run).filter(({ type }) => !TERMINAL.includes(type));
      for (const { seq, type } of events.filter((event) => event.seq % 2 === events.length % 2)) {
        const run = await project.reyn.fork(whole.run, seq);
        const where = `forked at ${seq} (${type})`;
        const [first] = ofType(project.events(run), 'run_skill_started');
        expect(first?.data.forked_from, where).toMatchObject({ run: whole.run, seq });
        const outcome = await project.reyn.resume(run, { ask });
        expect([outcome.status, outcome.exit, outcome.artifact], where).toEqual(['finished', 4, whole.artifact]);
        expect(await project.reyn.replay(run), where).toMatchObject({ identical: true });
      }
      expect(project.reyn.inbox()).toEqual([]);
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }));

  it('leaves the run it was made of alone, and writes nothing that was written before it', () =>
    inProject(EVERYTHING, async (project) => {
      const whole = await project.run('work', 'go', { ask });
      const before = project.events(whole.run);
      const [write] = ofType(before, 'op_finished').filter(({ step }) => step === '2/t2/o1');
      project.write('out/ok/1.txt', 'changed since');
      await project.reyn.resume(await project.reyn.fork(whole.run, write?.seq), { ask });
      expect(project.read('out/ok/1.txt')).toBe('changed since');
      expect(project.events(whole.run)).toEqual(before);
    }));

  it('of a run that waits asks in its own name: each question has its own answer', () =>
    inProject(ASKING, async (project) => {
      const original = await project.run('demo', 'go');
      const fork = await project.reyn.fork(original.run);
      expect(project.reyn.runs.list().map(({ run, status }) => [run, status])).toContainEqual([fork, 'interrupted']);
      const waiting = await project.reyn.resume(fork);
      expect(waiting.status).toBe('waiting');
      const ids = project.reyn.inbox().map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
      const forked = await project.reyn.answer(waiting.waiting[0]?.id ?? '', 'one');
      const first = await project.reyn.answer(original.waiting[0]?.id ?? '', 'two');
      expect([forked.run, forked.artifact?.artifact]).toEqual([fork, { text: 'one' }]);
      expect([first.run, first.artifact?.artifact]).toEqual([original.run, { text: 'two' }]);
      for (const { run } of [forked, first]) expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('behind an answer keeps the answer', () =>
    inProject(ASKING, async (project) => {
      const { run } = await project.run('demo', 'go', { ask: person('mine').ask });
      const [answered] = ofType(project.events(run), 'intervention_answered');
      const nobody = person();
      const outcome = await project.reyn.resume(await project.reyn.fork(run, answered?.seq), { ask: nobody.ask });
      expect([outcome.artifact?.artifact, nobody.asked]).toEqual([{ text: 'mine' }, []]);
    }));

  it('of a fork is a fork', () =>
    inProject(ASKING, async (project) => {
      const { run } = await project.run('demo', 'go');
      const fork = await project.reyn.fork(await project.reyn.fork(run));
      expect(await project.reyn.resume(fork, { ask: person('x').ask })).toMatchObject({ status: 'finished' });
    }));

  it('of a sub-run is a run of its own; cancelling a fork leaves the sub-runs of the original', () =>
    inProject(
      {
        skills: {
          child: { ...ASKING.skills?.demo, md: (ASKING.skills?.demo?.md ?? '').replaceAll('demo', 'child') },
          demo: {
            md: phases(
              'demo',
              ['artifacts: { note: { text: string } }', 'permissions: { skill: { run: [child] } }'],
              phase('demo', 'allowed_ops: [run_skill]'),
            ),
            rules: [
              { match: { turn: 1 }, turn: { ops: [{ kind: 'run_skill', args: { skill: 'child', input: 'x' } }] } },
              { turn: { finish: { text: 'done' } } },
            ],
          },
        },
      },
      async (project) => {
        const original = await project.run('demo', 'go');
        const [question] = original.waiting;
        const fork = await project.reyn.fork(original.run);
        await project.reyn.cancel(fork, 'not needed');
        expect(project.reyn.inbox()).toEqual([question]);

        const alone = await project.reyn.fork(question?.run ?? '');
        const outcome = await project.reyn.resume(alone, { ask: person('mine').ask });
        expect(outcome).toMatchObject({ run: alone, skill: 'child', artifact: { artifact: { text: 'mine' } } });
        expect(await project.reyn.answer(question?.id ?? '', 'theirs')).toMatchObject({ run: original.run, exit: 0 });
      },
    ));

  it('charges no call that nobody made', async () => {
    const server = await startWireServer(
      calls(['ask_user', { question: 'Which?' }]),
      calls(['finish', { artifact: { text: 'x' } }]),
    );
    try {
      await inProject({ ...ASKING, model: 'm', config: [`base_url: ${server.baseUrl}`] }, async (project) => {
        const { run } = await project.run('demo', 'go', { ask: person('x').ask });
        const [done] = ofType(project.events(run), 'op_finished');
        const outcome = await project.reyn.resume(await project.reyn.fork(run, done?.seq));
        expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 2, outputTokens: 60 } });
      });
    } finally {
      await server.close();
    }
  });

  it.each([0, 5, 99, -1])('at an event there is not (%i) is refused, and leaves nothing', (at) =>
    inProject(
      {
        skills: {
          demo: {
            md: onePhase('demo', 'artifacts: { note: { text: string } }'),
            rules: [{ turn: { finish: { text: 'x' } } }],
          },
        },
      },
      async (project) => {
        const { run } = await project.run('demo', 'go');
        await expect(project.reyn.fork(run, at)).rejects.toMatchObject({
          code: 'usage',
          exit: 2,
          hint: 'Events go from 1 to 2.',
        });
        expect(project.reyn.runs.list()).toHaveLength(1);
      },
    ),
  );
});
