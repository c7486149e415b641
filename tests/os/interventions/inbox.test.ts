import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/os/clock.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openIn, recordAnswer } from '../../../src/os/interventions/inbox.ts';
import { foldAll } from '../../../src/os/kernel/fold.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { inProject, ofType, person, phase, phases, type Rule } from '../../project.ts';

const ask = (question: string, choices?: readonly string[]) => ({
  kind: 'ask_user',
  args: { question, ...(choices === undefined ? {} : { choices }) },
});
const write = (path: string) => ({ kind: 'write_file', args: { path, content: 'x' } });

/** A skill of two phases, each of which asks for ops by turn and then goes on. */
function demo(first: readonly (readonly object[])[], second: readonly (readonly object[])[] = []) {
  const acting = (name: string, turns: readonly (readonly object[])[]): Rule[] =>
    turns.map((ops, i) => ({ match: { phase: name, turn: i + 1 }, turn: { ops } }));
  const rules = [
    ...acting('one', first),
    ...acting('two', second),
    { match: { phase: 'one' }, turn: { to: 'two', artifact: { text: 'on' } } },
    { turn: { finish: { text: 'done' } } },
  ];
  const md = phases(
    'demo',
    [
      'artifacts: { note: { text: string } }',
      'entry: one',
      'graph: { one: [two], two: [end] }',
      'permissions: { file: { write: ["out/**"] } }',
    ],
    phase('one', 'input: user_message', 'allowed_ops: [ask_user, write_file]'),
    phase('two', 'input: note', 'allowed_ops: [ask_user, write_file]'),
  );
  return { skills: { demo: { md, rules } } };
}

describe('the inbox', () => {
  it('holds the open questions of suspended runs, oldest first, and nothing else', () =>
    inProject(demo([[ask('First?', ['yes', 'no'])]]), async (project) => {
      expect(project.reyn.inbox()).toEqual([]);
      const a = await project.run('demo', 'a');
      const b = await project.run('demo', 'b');
      const open = project.reyn.inbox();
      expect(new Set(open.map(({ run }) => run))).toEqual(new Set([a.run, b.run]));
      expect(open[0]).toMatchObject({ kind: 'question', text: 'First?', choices: ['yes', 'no'], skill: 'demo' });
      expect(open[0]?.id).toMatch(/^[0-9a-z]{10}$/);
      await project.reyn.answer(open[0]?.id ?? '', 'yes');
      expect(project.reyn.inbox().map(({ id }) => id)).toEqual([open[1]?.id]);
    }));

  it('says what a permission is about', () =>
    inProject(demo([[write('out/x.txt')]]), async (project) => {
      await project.run('demo', 'go');
      expect(project.reyn.inbox()).toMatchObject([
        {
          kind: 'permission',
          choices: ['allow', 'once', 'deny'],
          about: {
            need: 'file.write',
            resource: 'out/x.txt',
            op: 'write_file',
            args: { path: 'out/x.txt', content: 'x' },
          },
        },
      ]);
    }));

  it('does not keep a question of a phase that was left without an answer', () =>
    inProject(demo([[ask('Unheard?')]], [[ask('Heard?')]]), async (project) => {
      const controller = new AbortController();
      const stopped = await project.run('demo', 'go', {
        onAsk: 'fail',
        signal: controller.signal,
        onEvent: ({ type }) => type === 'turn_decided' && controller.abort(),
      });
      expect(stopped.status).toBe('interrupted');
      const outcome = await project.reyn.resume(stopped.run);
      expect(outcome).toMatchObject({ status: 'waiting', waiting: [{ text: 'Heard?' }] });
      expect(project.reyn.inbox().map(({ text }) => text)).toEqual(['Heard?']);
    }));
});

describe('an answer', () => {
  it('names its question by the beginning of its id and its choice by the beginning of that', () =>
    inProject(demo([[ask('Which?', ['this one', 'that one'])]]), async (project) => {
      const { run } = await project.run('demo', 'go');
      const [open] = project.reyn.inbox();
      const outcome = await project.reyn.answer(open?.id.slice(0, 4) ?? '', ' That');
      expect(outcome).toMatchObject({ run, status: 'finished', exit: 0 });
      const [answered] = ofType(project.events(run), 'intervention_answered');
      expect(answered?.data).toMatchObject({ id: open?.id, answer: 'that one', by: 'answer', digest: open?.digest });
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it.each(['other', 'th', ''])('that is none of the choices ("%s") is refused, and nothing is recorded', (text) =>
    inProject(demo([[ask('Which?', ['this', 'that'])]]), async (project) => {
      const { run } = await project.run('demo', 'go');
      const before = project.events(run).length;
      const [open] = project.reyn.inbox();
      const refused = project.reyn.answer(open?.id ?? '', text);
      await expect(refused).rejects.toMatchObject({ code: 'usage', exit: 2 });
      expect(project.events(run)).toHaveLength(before);
      expect(project.reyn.inbox()).toHaveLength(1);
    }),
  );

  it('to a question that is not open is refused', () =>
    inProject(demo([[ask('Which?')]]), async (project) => {
      await project.run('demo', 'go');
      const [open] = project.reyn.inbox();
      await project.reyn.answer(open?.id ?? '', 'this');
      await expect(project.reyn.answer(open?.id ?? '', 'that')).rejects.toMatchObject({ code: 'not_found', exit: 2 });
      await expect(project.reyn.answer('zzz', 'that')).rejects.toMatchObject({ code: 'not_found' });
    }));

  it('given by two people counts once, and the run stays where it was for the second', () =>
    inProject(demo([[ask('Which?')]]), async (project) => {
      const { run } = await project.run('demo', 'go');
      const store = openStore({
        root: project.root,
        clock: systemClock,
        ids: randomIds,
        signer: undefined,
        redact: openRedactor({ known: [] }),
      });
      try {
        const [open] = openIn([foldAll(store.readRun(run))]);
        if (open === undefined) throw new Error('no question is open');
        await recordAnswer(store, open, { answer: 'mine', who: 'ada' }, false);
        await expect(recordAnswer(store, open, { answer: 'yours', who: 'bob' }, false)).rejects.toMatchObject({
          code: 'usage',
        });
      } finally {
        await store.close();
      }
      const answers = ofType(project.events(run), 'intervention_answered').map(({ data }) => data.answer);
      expect(answers).toEqual(['mine']);
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'finished' });
    }));

  it('that denies is told to the model and makes the run exit 4', () =>
    inProject(demo([[write('out/x.txt')]]), async (project) => {
      await project.run('demo', 'go');
      const [open] = project.reyn.inbox();
      expect(await project.reyn.answer(open?.id ?? '', 'deny')).toMatchObject({ status: 'finished', exit: 4 });
      expect(project.read('out/x.txt')).toBeUndefined();
    }));
});

describe('a question', () => {
  it('is durable before it is shown', () =>
    inProject(demo([[ask('Which?')]]), async (project) => {
      const seen: number[] = [];
      await project.run('demo', 'go', {
        ask: async ({ run }) => {
          seen.push(ofType(project.events(run), 'intervention_opened').length);
          return 'this';
        },
      });
      expect(seen).toEqual([1]);
    }));

  it('that was left open is put again to whoever resumes at a terminal, once', () =>
    inProject(demo([[ask('Which?')]]), async (project) => {
      const waiting = await project.run('demo', 'go');
      const nobody = person();
      const still = await project.reyn.resume(waiting.run, { ask: nobody.ask });
      expect(nobody.asked.map(({ id }) => id)).toEqual([waiting.waiting[0]?.id]);
      expect(still).toMatchObject({ status: 'waiting', exit: 3, waiting: waiting.waiting });
      const somebody = person('this');
      expect(await project.reyn.resume(waiting.run, { ask: somebody.ask })).toMatchObject({ status: 'finished' });
      expect(project.types(waiting.run).filter((type) => type === 'intervention_opened')).toHaveLength(1);
      expect(await project.reyn.replay(waiting.run)).toMatchObject({ identical: true });
    }));

  it('that was left open fails when it is resumed with nobody to wait for', () =>
    inProject(demo([[ask('Which?'), write('out/x.txt')]]), async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(await project.reyn.resume(run, { onAsk: 'fail' })).toMatchObject({ status: 'finished', exit: 4 });
      expect(ofType(project.events(run), 'op_finished')[0]?.data.error).toMatchObject({ code: 'nobody' });
    }));
});
